import type { Tensor } from "../tensor.ts";
import { defineUnary, type UnaryPrimitive } from "./_elementwise.ts";
import { unaryFloat } from "./_unary.ts";
import { div } from "./div.ts";
import { mul } from "./mul.ts";

/** y = ∛x, real also for negative x. */
export const cbrtP: UnaryPrimitive = defineUnary("cbrt", (x) => Math.cbrt(x), {
  tangent: (x, y, dx) => mul(dx, div(y, mul(3, x))),
});

/** Real cube root. */
export function cbrt(x: Tensor): Tensor {
  return unaryFloat(cbrtP, x);
}
