import { bytesOf, type DType } from "../dtype.ts";
import type { Tensor } from "../tensor.ts";
import { defineUnary, type UnaryPrimitive } from "./_elementwise.ts";
import { unary } from "./_unary.ts";

/** Number of one bits. */
export const populationCountP: UnaryPrimitive = defineUnary(
  "population_count",
  (x, dtype) => {
    let count = 0;
    for (let bits = pattern(x, dtype); bits !== 0; bits &= bits - 1) count++;
    return count;
  },
  { domain: "integer" },
);

/** Number of zero bits above the highest one bit. */
export const countLeadingZerosP: UnaryPrimitive = defineUnary(
  "count_leading_zeros",
  (x, dtype) => Math.clz32(pattern(x, dtype)) - (32 - 8 * bytesOf(dtype)),
  { domain: "integer" },
);

function pattern(x: number, dtype: DType): number {
  return bytesOf(dtype) === 1 ? x & 255 : x | 0;
}

/** Number of one bits of each integer, in its dtype. */
export function populationCount(x: Tensor): Tensor {
  return unary(populationCountP, x);
}

/** Number of zero bits above the highest one bit of each integer, in its dtype. */
export function countLeadingZeros(x: Tensor): Tensor {
  return unary(countLeadingZerosP, x);
}
