import {
  add,
  expandDims,
  greater,
  iota,
  lessEqual,
  logicalAnd,
  notEqual,
  reshape,
  ShapeError,
  sub,
  type Tensor,
} from "../core/mod.ts";
import { formatShape } from "../core/internal.ts";
import type { AttentionOptions } from "../nn/mod.ts";
import { prependSeen } from "./prompts.ts";

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
  /** Columns of virtual keys in front, which the mask does not mention and everybody sees. */
  readonly prefix?: number;
  /** Columns that a query sees, its own included; by default all before it. */
  readonly window?: number | null;
};

/**
 * Which keys each query of a decoder sees: those up to its own column that the mask lets through.
 *
 * @returns bool [B, 1, T, P + S] for P columns of virtual keys; B is 1 without a mask
 * @throws {ShapeError} if the mask is not one row of `source` columns a text
 */
export function visibleKeys(options: VisibleOptions): Tensor {
  const { time, position, mask, window = null, prefix = 0 } = options;
  const source = prefix + options.source;
  const query = iota([time, source], { axis: 0, dtype: "i32" });
  const key = iota([time, source], { axis: 1, dtype: "i32" });
  const own = add(query, typeof position === "number" ? position + prefix : add(position, prefix));
  const before = lessEqual(key, own);
  const near = window === null ? before : logicalAnd(before, greater(key, sub(own, window)));
  const causal = reshape(near, [1, 1, time, source]);
  return mask ? logicalAnd(causal, visibleColumns(mask, options.source, prefix)) : causal;
}

/**
 * The same as options of attention: a text from its start is causal, which needs no array of pairs and spares
 * the keys after a query; with a cache or a window it is a mask.
 */
export function visibility(options: VisibleOptions): Pick<AttentionOptions, "causal" | "mask"> {
  const { time, source, position, mask, window = null, prefix = 0 } = options;
  if (position !== 0 || time !== source || window !== null) return { mask: visibleKeys(options) };
  return { causal: true, mask: mask && visibleColumns(mask, source, prefix) };
}

/** The columns that count, [B, 1, 1, P + S]. */
function visibleColumns(mask: Tensor, source: number, prefix: number): Tensor {
  if (mask.shape.length !== 2 || mask.shape[1] !== source) {
    throw new ShapeError(
      `Cannot mask ${source} columns with an attention_mask ${formatShape(mask.shape)}: ` +
        `it needs one column a key; with a cache, the whole capacity`,
      "visibleKeys",
      [mask.shape],
    );
  }
  return expandDims(expandDims(notEqual(prependSeen(mask, prefix), 0), 1), 1);
}
