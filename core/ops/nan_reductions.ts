import { bitwiseNot } from "../primitives/bitwise.ts";
import { convert } from "../primitives/convert.ts";
import { div } from "../primitives/div.ts";
import { greater } from "../primitives/compare.ts";
import { isNan } from "../primitives/is_finite.ts";
import { square } from "../primitives/pow.ts";
import { sqrt } from "../primitives/sqrt.ts";
import { sub } from "../primitives/sub.ts";
import { where } from "../primitives/select.ts";
import type { Tensor } from "../tensor.ts";
import type { ReduceOptions } from "./_axes.ts";
import { all } from "./any_all.ts";
import { argmax, argmin, type ArgOptions } from "./arg_extremum.ts";
import { cumprod, cumsum, type CumulativeOptions } from "./cumulative.ts";
import { max, min } from "./extremum.ts";
import { prod, sum } from "./sum.ts";
import type { VarianceOptions } from "./variance.ts";

/** Reductions that leave out NaN; where nothing is left, sums are 0, products 1 and others NaN. */

/** Sum of what is no NaN. */
export function nanSum(x: Tensor, options: ReduceOptions = {}): Tensor {
  return sum(without(x, 0), options);
}

/** Product of what is no NaN. */
export function nanProd(x: Tensor, options: ReduceOptions = {}): Tensor {
  return prod(without(x, 1), options);
}

/** Largest element that is no NaN. */
export function nanMax(x: Tensor, options: ReduceOptions = {}): Tensor {
  return where(all(isNan(x), options), NaN, max(without(x, -Infinity), options));
}

/** Smallest element that is no NaN. */
export function nanMin(x: Tensor, options: ReduceOptions = {}): Tensor {
  return where(all(isNan(x), options), NaN, min(without(x, Infinity), options));
}

/** Mean of what is no NaN. */
export function nanMean(x: Tensor, options: ReduceOptions = {}): Tensor {
  return div(nanSum(x, options), countOf(x, options));
}

/** Variance of what is no NaN: Σ (x - mean)² / (n - ddof), NaN where n is not above ddof. */
export function nanVariance(x: Tensor, options: VarianceOptions = {}): Tensor {
  const { ddof = 0, ...rest } = options;
  // NaN goes before the square: its derivative there would be NaN times 0.
  const centered = without(sub(x, nanMean(x, { ...rest, keepDims: true })), 0);
  const degrees = sub(countOf(x, rest), ddof);
  return where(greater(degrees, 0), div(sum(square(centered), rest), degrees), NaN);
}

/** Standard deviation of what is no NaN. */
export function nanStd(x: Tensor, options: VarianceOptions = {}): Tensor {
  return sqrt(nanVariance(x, options));
}

/** First index of the largest element that is no NaN, -1 if there is none. */
export function nanArgmax(x: Tensor, options: ArgOptions = {}): Tensor {
  return where(allNan(x, options), -1, argmax(without(x, -Infinity), options));
}

/** First index of the smallest element that is no NaN, -1 if there is none. */
export function nanArgmin(x: Tensor, options: ArgOptions = {}): Tensor {
  return where(allNan(x, options), -1, argmin(without(x, Infinity), options));
}

/** Running sum that passes over NaN. */
export function nanCumsum(x: Tensor, options: CumulativeOptions = {}): Tensor {
  return cumsum(without(x, 0), options);
}

/** Running product that passes over NaN. */
export function nanCumprod(x: Tensor, options: CumulativeOptions = {}): Tensor {
  return cumprod(without(x, 1), options);
}

function without(x: Tensor, value: number): Tensor {
  return where(isNan(x), value, x);
}

function countOf(x: Tensor, options: ReduceOptions): Tensor {
  return sum(convert(bitwiseNot(isNan(x)), "f32"), options);
}

function allNan(x: Tensor, { axis, ...rest }: ArgOptions): Tensor {
  return all(isNan(x), { ...rest, ...(axis === undefined ? {} : { axes: axis }) });
}
