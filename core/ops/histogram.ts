import { broadcastTo } from "../primitives/_binary.ts";
import { equal } from "../primitives/compare.ts";
import { convert } from "../primitives/convert.ts";
import { maximum } from "../primitives/max_min.ts";
import { reshape } from "../primitives/reshape.ts";
import { where } from "../primitives/select.ts";
import { sub } from "../primitives/sub.ts";
import type { Tensor } from "../tensor.ts";
import { linspace } from "./arange.ts";
import { onesLike } from "./full.ts";
import { searchSorted } from "./search_sorted.ts";
import { segmentSum } from "./segment.ts";
import { floatDtype } from "./_precision.ts";

/** Options of `bincount`: how many values are counted, and what each counts, 1 by default. */
export type BincountOptions = { readonly length: number; readonly weights?: Tensor };

/**
 * How often each of the integers 0 ... length - 1 occurs; negative ones count as 0.
 *
 * @param x integers [N]
 * @returns [length], i32 or the dtype of the weights
 */
export function bincount(x: Tensor, options: BincountOptions): Tensor {
  const ids = maximum(convert(x, "i32"), 0);
  const weights = options.weights ?? onesLike(ids);
  return segmentSum(broadcastTo(weights, ids.shape), ids, { segments: options.length });
}

/**
 * The bin of every element: the number of bin edges up to it, or below it with `right`.
 *
 * @param x any shape
 * @param bins ascending edges [N]
 */
export function digitize(
  x: Tensor,
  bins: Tensor,
  options: { readonly right?: boolean } = {},
): Tensor {
  return searchSorted(bins, x, { side: options.right ? "left" : "right" });
}

/** Options of `histogram`. */
export type HistogramOptions = {
  /** From the lower edge of the first bin to the upper edge of the last. */
  readonly range: readonly [number, number];
  /** How many bins of one width, 10 by default. */
  readonly bins?: number;
  /** What each element counts, 1 by default. */
  readonly weights?: Tensor;
};

/**
 * Counts of elements in bins; the last bin has its upper edge, elements outside are not counted.
 *
 * @param x any shape, taken as floats
 * @returns counts [bins], and edges [bins + 1]
 */
export function histogram(
  x: Tensor,
  options: HistogramOptions,
): readonly [counts: Tensor, edges: Tensor] {
  const { range: [low, high], bins = 10, weights } = options;
  const dtype = floatDtype(x.dtype);
  const flat = convert(reshape(x, [-1]), dtype);
  const edges = linspace(low, high, { count: bins + 1, dtype });
  const place = where(equal(flat, high), bins, searchSorted(edges, flat, { side: "right" }));
  const each = weights ? reshape(weights, [-1]) : onesLike(flat);
  return [segmentSum(each, sub(place, 1), { segments: bins }), edges];
}
