import type { Tensor } from "../tensor.ts";
import { defineUnary, type UnaryPrimitive } from "./_elementwise.ts";
import { unaryFloat } from "./_unary.ts";
import { add } from "./add.ts";
import { div } from "./div.ts";
import { mul } from "./mul.ts";
import { neg } from "./neg.ts";
import { rsqrt } from "./rsqrt.ts";
import { sub } from "./sub.ts";

/** y = arcsin x. */
export const asinP: UnaryPrimitive = defineUnary("asin", (x) => Math.asin(x), {
  tangent: (x, _y, dx) => mul(dx, slope(x)),
});

/** y = arccos x. */
export const acosP: UnaryPrimitive = defineUnary("acos", (x) => Math.acos(x), {
  tangent: (x, _y, dx) => mul(dx, neg(slope(x))),
});

/** y = arctan x. */
export const atanP: UnaryPrimitive = defineUnary("atan", (x) => Math.atan(x), {
  tangent: (x, _y, dx) => mul(dx, div(1, add(1, mul(x, x)))),
});

/** 1 / √(1 - x²), with the difference as a product: it keeps its digits near ±1. */
function slope(x: Tensor): Tensor {
  return rsqrt(mul(add(1, x), sub(1, x)));
}

/** Angle in [-π/2, π/2] whose sine is x; NaN outside [-1, 1]. */
export function asin(x: Tensor): Tensor {
  return unaryFloat(asinP, x);
}

/** Angle in [0, π] whose cosine is x; NaN outside [-1, 1]. */
export function acos(x: Tensor): Tensor {
  return unaryFloat(acosP, x);
}

/** Angle in [-π/2, π/2] whose tangent is x. */
export function atan(x: Tensor): Tensor {
  return unaryFloat(atanP, x);
}
