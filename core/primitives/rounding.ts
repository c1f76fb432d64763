import { isFloat } from "../dtype.ts";
import type { Tensor } from "../tensor.ts";
import { defineUnary, type UnaryPrimitive } from "./_elementwise.ts";
import { unary } from "./_unary.ts";
import { less } from "./compare.ts";
import { div } from "./div.ts";
import { mul } from "./mul.ts";
import { where } from "./select.ts";

/** Rounding to integers has derivative zero and leaves integer dtypes alone. */

/** Largest integer that is not above x. */
export const floorP: UnaryPrimitive = defineUnary("floor", Math.floor, {});

/** Smallest integer that is not below x. */
export const ceilP: UnaryPrimitive = defineUnary("ceil", Math.ceil, {});

/** Nearest integer, halves to even. */
export const roundP: UnaryPrimitive = defineUnary("round", roundEven, {});

function roundEven(x: number): number {
  const low = Math.floor(x);
  if (x - low !== 0.5) return Math.round(x);
  const even = low % 2 === 0 ? low : low + 1;
  return even === 0 && x < 0 ? -0 : even;
}

/** Largest integer that is not above x. */
export function floor(x: Tensor): Tensor {
  return isFloat(x.dtype) ? unary(floorP, x) : x;
}

/** Smallest integer that is not below x. */
export function ceil(x: Tensor): Tensor {
  return isFloat(x.dtype) ? unary(ceilP, x) : x;
}

/** Nearest integer, halves to even; with `decimals` to that many decimal places. */
export function round(x: Tensor, options: { readonly decimals?: number } = {}): Tensor {
  if (!isFloat(x.dtype)) return x;
  const { decimals = 0 } = options;
  if (decimals === 0) return unary(roundP, x);
  const scale = 10 ** Math.abs(decimals);
  return decimals > 0
    ? div(unary(roundP, mul(x, scale)), scale)
    : mul(unary(roundP, div(x, scale)), scale);
}

/** `x` without its fraction. */
export function trunc(x: Tensor): Tensor {
  return isFloat(x.dtype) ? where(less(x, 0), ceil(x), floor(x)) : x;
}
