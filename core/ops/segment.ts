import { type DType, integerRange, isFloat } from "../dtype.ts";
import { type ScatterKind, scatterRows } from "../primitives/gather_scatter.ts";
import type { Tensor } from "../tensor.ts";
import { full } from "./full.ts";

/** Options of the segment functions: how many segments there are. */
export type SegmentOptions = { readonly segments: number };

/**
 * Sums of rows by the number of their segment: y[s] = Σ x[i] over all i with ids[i] = s.
 *
 * @param x [N, ...]
 * @param ids integers [N]; rows with an id outside 0 ... segments - 1 are dropped
 * @returns [segments, ...]; 0 for a segment without rows
 * @example Two rows of the first segment, one of the second
 * ```ts
 * import { segmentSum, tensor } from "../mod.ts";
 * const ids = tensor([0, 1, 0], { dtype: "i32" });
 * const y = segmentSum(tensor([1, 2, 3]), ids, { segments: 2 });
 * if (y.shape.join() !== "2") throw new Error("unexpected shape");
 * ```
 */
export function segmentSum(x: Tensor, ids: Tensor, options: SegmentOptions): Tensor {
  return segment("add", x, ids, options);
}

/** Products of rows by segment, as `segmentSum`; 1 for a segment without rows. */
export function segmentProd(x: Tensor, ids: Tensor, options: SegmentOptions): Tensor {
  return segment("mul", x, ids, options);
}

/** Largest elements by segment, as `segmentSum`; -∞ or the lowest integer without rows. */
export function segmentMax(x: Tensor, ids: Tensor, options: SegmentOptions): Tensor {
  return segment("max", x, ids, options);
}

/** Smallest elements by segment, as `segmentSum`; ∞ or the highest integer without rows. */
export function segmentMin(x: Tensor, ids: Tensor, options: SegmentOptions): Tensor {
  return segment("min", x, ids, options);
}

function segment(
  kind: Exclude<ScatterKind, "set">,
  x: Tensor,
  ids: Tensor,
  { segments }: SegmentOptions,
): Tensor {
  const start = full([segments, ...x.shape.slice(1)], neutral(kind, x.dtype), { dtype: x.dtype });
  return scatterRows(start, [ids, x], { kind, axis: 0 });
}

/** What changes nothing. */
function neutral(kind: "add" | "mul" | "min" | "max", dtype: DType): number {
  if (kind === "add") return 0;
  if (kind === "mul") return 1;
  const [low, high] = isFloat(dtype) ? [-Infinity, Infinity] : integerRange(dtype);
  return kind === "max" ? low : high;
}
