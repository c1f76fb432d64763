import type { Tensor } from "../tensor.ts";
import { defineUnary, type UnaryPrimitive } from "./_elementwise.ts";
import { unaryFloat } from "./_unary.ts";
import { mul } from "./mul.ts";

/** Both are each other's derivative, so they share a file. */

/** y = sinh x. */
export const sinhP: UnaryPrimitive = defineUnary("sinh", (x) => Math.sinh(x), {
  tangent: (x, _y, dx) => mul(dx, cosh(x)),
});

/** y = cosh x. */
export const coshP: UnaryPrimitive = defineUnary("cosh", (x) => Math.cosh(x), {
  tangent: (x, _y, dx) => mul(dx, sinh(x)),
});

/** Hyperbolic sine. */
export function sinh(x: Tensor): Tensor {
  return unaryFloat(sinhP, x);
}

/** Hyperbolic cosine. */
export function cosh(x: Tensor): Tensor {
  return unaryFloat(coshP, x);
}
