import type { DType } from "../dtype.ts";
import { broadcastInDim } from "../primitives/broadcast_sum.ts";
import { equal } from "../primitives/compare.ts";
import { convert } from "../primitives/convert.ts";
import { widened } from "../primitives/_row_ids.ts";
import { iota } from "../primitives/iota.ts";
import { normalizeAxis, range } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/**
 * Each index as a row with a one at its place; indices out of range give zeros.
 *
 * @param ids integers, any shape
 * @param n length of a row
 * @param options `axis`: of the result that holds the rows, default the last; `dtype`: default f32
 */
export function oneHot(
  ids: Tensor,
  n: number,
  options: { readonly axis?: number; readonly dtype?: DType } = {},
): Tensor {
  const rank = ids.shape.length;
  const axis = normalizeAxis(options.axis ?? -1, rank + 1, "oneHot");
  const shape = ids.shape.toSpliced(axis, 0, n);
  const dims = range(rank).map((i) => i < axis ? i : i + 1);
  const each = broadcastInDim(widened(ids), { shape, dims });
  return convert(equal(each, iota(shape, { axis, dtype: each.dtype })), options.dtype ?? "f32");
}
