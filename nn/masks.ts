import {
  add,
  expandDims,
  greaterEqual,
  iota,
  less,
  lessEqual,
  logicalAnd,
  sub,
  type Tensor,
} from "../core/mod.ts";

/** Options of `bandMask`. */
export type BandMaskOptions = {
  /** How many keys before its own a query sees. Default: all. */
  readonly left?: number;
  /** How many keys after its own a query sees. Default: all. */
  readonly right?: number;
  /** Place of the first query among the keys. Default S - T: the last query is at the last key. */
  readonly offset?: number;
};

/**
 * [T, S], true where key s is near query t: from `left` before it to `right` after it. With `right` 0
 * it is the causal mask, with `left` besides one of a sliding window.
 *
 * @param time T
 * @param source S
 * @param options `left`, `right`, `offset`
 * @example A window of two
 * ```ts
 * import "../mod.ts";
 * import { bandMask } from "./mod.ts";
 * const mask = bandMask(3, 3, { left: 1, right: 0 });
 * if ((await mask.data()).join() !== "1,0,0,1,1,0,0,1,1") throw new Error("unexpected");
 * ```
 */
export function bandMask(time: number, source: number, options: BandMaskOptions = {}): Tensor {
  const { left = Infinity, right = Infinity, offset = source - time } = options;
  const query = add(iota([time, source], { axis: 0, dtype: "i32" }), offset);
  const key = iota([time, source], { axis: 1, dtype: "i32" });
  const distance = sub(key, query);
  // A bound that no distance reaches stands for infinity, which integers lack.
  const far = time + source + Math.abs(offset);
  return logicalAnd(
    greaterEqual(distance, -Math.min(left, far)),
    lessEqual(distance, Math.min(right, far)),
  );
}

/**
 * [T, S], true where query t sees key s in causal attention over a sliding window: itself and the
 * `window` - 1 keys before it.
 *
 * @param time T
 * @param source S
 * @param options `window`
 * @see Beltagy et al. 2020, arXiv:2004.05150; Jiang et al. 2023, arXiv:2310.06825
 */
export function slidingWindowMask(
  time: number,
  source: number,
  options: { readonly window: number },
): Tensor {
  return bandMask(time, source, { left: options.window - 1, right: 0 });
}

/**
 * [B, 1, 1, S], true for the keys of each sequence that are no padding: the first `lengths`[b].
 *
 * @param lengths integers [B]
 * @param source S
 */
export function lengthMask(lengths: Tensor, source: number): Tensor {
  const key = iota([1, 1, 1, source], { axis: 3, dtype: "i32" });
  return less(key, expandDims(expandDims(expandDims(lengths, 1), 2), 3));
}
