import {
  add,
  expandDims,
  formatShape,
  iota,
  lessEqual,
  logicalAnd,
  notEqual,
  reshape,
  ShapeError,
  type Tensor,
} from "../core/mod.ts";

/** What decides which columns a query sees. */
export type VisibleOptions = {
  /** Queries. */
  readonly time: number;
  /** Columns of keys. */
  readonly source: number;
  /** Column of the first query: a number, or the position of a cache. */
  readonly position: Tensor | number;
  /** Non-zero where a column counts, [B, S]. */
  readonly mask?: Tensor | undefined;
};

/**
 * Which keys each query of a decoder sees: those up to its own column that the mask lets through.
 *
 * @returns bool [B, 1, T, S], or [1, 1, T, S] without a mask
 * @throws {ShapeError} if the mask is not one row of `source` columns a text
 */
export function visibleKeys(options: VisibleOptions): Tensor {
  const { time, source, position, mask } = options;
  const query = iota([time, source], { axis: 0, dtype: "i32" });
  const key = iota([time, source], { axis: 1, dtype: "i32" });
  const causal = reshape(lessEqual(key, add(query, position)), [1, 1, time, source]);
  if (!mask) return causal;
  if (mask.shape.length !== 2 || mask.shape[1] !== source) {
    throw new ShapeError(
      `Cannot mask ${source} columns with an attention_mask ${formatShape(mask.shape)}: ` +
        `it needs one column a key; with a cache, the whole capacity`,
      "visibleKeys",
      [mask.shape],
    );
  }
  return logicalAnd(causal, expandDims(expandDims(notEqual(mask, 0), 1), 1));
}
