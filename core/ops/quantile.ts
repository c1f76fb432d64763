import { add } from "../primitives/add.ts";
import { isNan } from "../primitives/is_finite.ts";
import { mul } from "../primitives/mul.ts";
import { where } from "../primitives/select.ts";
import { sliceAxis } from "../primitives/slice_pad.ts";
import type { Tensor } from "../tensor.ts";
import { any } from "./any_all.ts";
import { sort } from "./sort.ts";
import { stack } from "./stack.ts";
import { requireShare, shaped, toOrder } from "./_quantile.ts";

/** What to give between two neighbours. */
export type QuantileMethod = "linear" | "lower" | "higher" | "nearest" | "midpoint";

/** Options of `quantile`, `percentile` and `median`. */
export type QuantileOptions = {
  /** The flattened operand by default. */
  readonly axis?: number;
  /** Keep the axis with side 1. */
  readonly keepDims?: boolean;
  /** "linear" by default. */
  readonly method?: QuantileMethod;
};

/**
 * The q-quantile along an axis; NaN if any element is.
 *
 * @param q from 0 (smallest) to 1 (largest); a list gives one more axis in front
 * @throws {RangeError} if q is outside
 */
export function quantile(
  x: Tensor,
  q: number | readonly number[],
  options: QuantileOptions = {},
): Tensor {
  if (typeof q !== "number") return stack(q.map((each) => quantile(x, each, options)));
  requireShare(q);
  const { values, axis } = toOrder("quantile", x, options);
  const place = q * (values.shape[axis]! - 1);
  const low = Math.floor(place);
  const sorted = sort(values, { axis });
  const at = (i: number): Tensor => sliceAxis(sorted, { axis, start: i, stop: i + 1 });
  const part = shareOf(place - low, low, options.method ?? "linear");
  const between = part === 0
    ? at(low)
    : part === 1
    ? at(low + 1)
    : add(mul(at(low), 1 - part), mul(at(low + 1), part));
  const hasNan = any(isNan(values), { axes: axis, keepDims: true });
  return shaped(where(hasNan, NaN, between), x, options);
}

/** How much of the upper neighbour a place between two takes. */
function shareOf(part: number, low: number, method: QuantileMethod): number {
  if (part === 0) return 0;
  switch (method) {
    case "linear":
      return part;
    case "lower":
      return 0;
    case "higher":
      return 1;
    case "midpoint":
      return 0.5;
    case "nearest":
      return part > 0.5 || (part === 0.5 && low % 2 === 1) ? 1 : 0;
  }
}

/** The q-th percentile: `quantile` with q from 0 to 100. */
export function percentile(
  x: Tensor,
  q: number | readonly number[],
  options: QuantileOptions = {},
): Tensor {
  return quantile(x, typeof q === "number" ? q / 100 : q.map((each) => each / 100), options);
}

/** The middle value along an axis, or the mean of the two middle ones. */
export function median(x: Tensor, options: QuantileOptions = {}): Tensor {
  return quantile(x, 0.5, options);
}
