import type { Tensor } from "../tensor.ts";
import { defineUnary, type UnaryPrimitive } from "./_elementwise.ts";
import { unaryFloat } from "./_unary.ts";
import { add } from "./add.ts";
import { mul } from "./mul.ts";
import { sub } from "./sub.ts";

/** y = tanh x. */
export const tanhP: UnaryPrimitive = defineUnary("tanh", Math.tanh, {
  // 1 - y² as a product: it keeps its digits where y is near 1.
  tangent: (_x, y, dx) => mul(dx, mul(add(1, y), sub(1, y))),
});

/** Hyperbolic tangent. */
export function tanh(x: Tensor): Tensor {
  return unaryFloat(tanhP, x);
}
