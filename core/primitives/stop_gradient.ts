import { bind } from "../bind.ts";
import { definePrimitive, type Primitive } from "../primitive.ts";
import type { Tensor } from "../tensor.ts";

/** y = x, with derivative zero by decree. */
export const stopGradientP: Primitive<[Tensor], [Tensor], null> = definePrimitive<
  [Tensor],
  [Tensor],
  null
>({
  name: "stop_gradient",
  infer: ([x]) => [x],
  evaluate: ([x]) => [x.data],
  jvp: (x) => [bind(stopGradientP, x, null), [null]],
  batch: (x) => bind(stopGradientP, x, null),
});

/** `x` as a constant: no derivative passes. */
export function stopGradient(x: Tensor): Tensor {
  return bind(stopGradientP, [x], null)[0];
}
