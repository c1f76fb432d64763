import type { Tensor } from "../tensor.ts";
import { defineUnary, type UnaryPrimitive } from "./_elementwise.ts";
import { unaryFloat } from "./_unary.ts";
import { mul } from "./mul.ts";
import { neg } from "./neg.ts";

/** Sine and cosine are each other's derivative, so they share a file. */

/** y = sin x. */
export const sinP: UnaryPrimitive = defineUnary("sin", Math.sin, {
  tangent: (x, _y, dx) => mul(dx, cos(x)),
});

/** y = cos x. */
export const cosP: UnaryPrimitive = defineUnary("cos", Math.cos, {
  tangent: (x, _y, dx) => mul(dx, neg(sin(x))),
});

/** Sine of an angle in radians. */
export function sin(x: Tensor): Tensor {
  return unaryFloat(sinP, x);
}

/** Cosine of an angle in radians. */
export function cos(x: Tensor): Tensor {
  return unaryFloat(cosP, x);
}
