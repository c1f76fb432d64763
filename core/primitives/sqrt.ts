import type { Tensor } from "../tensor.ts";
import { defineUnary, type UnaryPrimitive } from "./_elementwise.ts";
import { unaryFloat } from "./_unary.ts";
import { div } from "./div.ts";
import { mul } from "./mul.ts";

/** y = √x. */
export const sqrtP: UnaryPrimitive = defineUnary("sqrt", Math.sqrt, {
  tangent: (_x, y, dx) => mul(dx, div(0.5, y)),
});

/** Square root. */
export function sqrt(x: Tensor): Tensor {
  return unaryFloat(sqrtP, x);
}
