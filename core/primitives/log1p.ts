import type { Tensor } from "../tensor.ts";
import { defineUnary, type UnaryPrimitive } from "./_elementwise.ts";
import { unaryFloat } from "./_unary.ts";
import { add } from "./add.ts";
import { div } from "./div.ts";

/** y = ln(1 + x). */
export const log1pP: UnaryPrimitive = defineUnary("log1p", Math.log1p, {
  tangent: (x, _y, dx) => div(dx, add(1, x)),
});

/** ln(1 + x), accurate near 0. */
export function log1p(x: Tensor): Tensor {
  return unaryFloat(log1pP, x);
}
