import { add, broadcastTo, type Operand, type Shape, type Tensor, zeros } from "../../core/mod.ts";

/** An operand in f32 and a shape. */
export function spread(x: Operand, shape: Shape): Tensor {
  return add(zeros(shape), typeof x === "number" ? x : broadcastTo(x, shape));
}
