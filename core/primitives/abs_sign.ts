import type { Tensor } from "../tensor.ts";
import { defineUnary, type UnaryPrimitive } from "./_elementwise.ts";
import { unary } from "./_unary.ts";
import { greaterEqual } from "./compare.ts";
import { neg } from "./neg.ts";
import { where } from "./select.ts";

/** y = |x|, with derivative +1 at both zeros. */
export const absP: UnaryPrimitive = defineUnary("abs", Math.abs, {
  domain: "number",
  tangent: (x, _y, dx) => where(greaterEqual(x, 0), dx, neg(dx)),
});

/** y = -1, 0 or 1 by the sign of x; zeros keep theirs. */
export const signP: UnaryPrimitive = defineUnary("sign", Math.sign, { domain: "number" });

/** |x|. */
export function abs(x: Tensor): Tensor {
  return unary(absP, x);
}

/** -1, 0 or 1; NaN for NaN. */
export function sign(x: Tensor): Tensor {
  return unary(signP, x);
}
