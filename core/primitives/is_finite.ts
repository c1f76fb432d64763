import type { Tensor } from "../tensor.ts";
import { defineUnary, type UnaryPrimitive } from "./_elementwise.ts";
import { asFloat, unary } from "./_unary.ts";
import { abs } from "./abs_sign.ts";
import { equal, notEqual } from "./compare.ts";

/** Whether x is neither infinite nor NaN. */
export const isFiniteP: UnaryPrimitive = defineUnary(
  "is_finite",
  (x) => Number(Number.isFinite(x)),
  { domain: "any", dtype: "bool" },
);

/** Whether x is neither infinite nor NaN, element by element. */
export function isFinite(x: Tensor): Tensor {
  return unary(isFiniteP, x);
}

/** Whether x is NaN, element by element. */
export function isNan(x: Tensor): Tensor {
  return notEqual(x, x);
}

/** Whether x is +∞ or -∞, element by element. */
export function isInf(x: Tensor): Tensor {
  return equal(abs(asFloat(x)), Infinity);
}
