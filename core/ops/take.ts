import { binary } from "../primitives/_binary.ts";
import { broadcastInDim } from "../primitives/broadcast_sum.ts";
import { divP } from "../primitives/div.ts";
import { gatherRows } from "../primitives/gather_scatter.ts";
import { mul } from "../primitives/mul.ts";
import { reshape } from "../primitives/reshape.ts";
import { inRange, widened } from "../primitives/_row_ids.ts";
import { where } from "../primitives/select.ts";
import { sub } from "../primitives/sub.ts";
import { normalizeAxis, range } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { fillOf, fromEnd } from "./_ids.ts";

/**
 * What an index outside the axis gives: `fill`: NaN, the lowest integer, the largest unsigned one,
 * true; `clip`: the nearest element; `wrap`: counted round. Negative ones count from the end, except
 * with `clip`.
 */
export type IndexMode = "fill" | "clip" | "wrap";

/**
 * Elements of `x` at the indices `ids` of one axis: an embedding lookup, for a table and axis 0.
 *
 * @param x [..., N, ...]
 * @param ids integers [I...]
 * @param options `axis`: default 0, unlike NumPy; null takes from the flattened `x`; `mode`: default
 * "fill"; "clip" is the cheapest
 * @returns [..., I..., ...]
 * @throws {ShapeError} if `ids` are no integers or the axis is empty and `ids` is not
 * @example Rows of a table
 * ```ts
 * import { take, tensor } from "../mod.ts";
 * const rows = take(tensor([[1, 2], [3, 4]]), tensor([1], { dtype: "i32" }));
 * if (rows.shape.join() !== "1,2") throw new Error("unexpected shape");
 * ```
 */
export function take(
  x: Tensor,
  ids: Tensor,
  options: { readonly axis?: number | null; readonly mode?: IndexMode } = {},
): Tensor {
  if (options.axis === null) {
    return takeRows(reshape(x, [-1]), ids, 0, options.mode ?? "fill");
  }
  const axis = normalizeAxis(options.axis ?? 0, x.shape.length, "take");
  return takeRows(x, ids, axis, options.mode ?? "fill");
}

function takeRows(x: Tensor, ids: Tensor, axis: number, mode: IndexMode): Tensor {
  const count = x.shape[axis]!;
  if (mode === "clip") return gatherRows(x, ids, { axis });
  if (mode === "wrap") return gatherRows(x, wrapped(widened(ids), count), { axis });
  const front = fromEnd(ids, count);
  const rows = gatherRows(x, front, { axis });
  const dims = range(ids.shape.length).map((i) => i + axis);
  const valid = broadcastInDim(inRange(front, count), { shape: rows.shape, dims });
  return where(valid, rows, fillOf(x.dtype));
}

/** Indices modulo `count`. */
function wrapped(ids: Tensor, count: number): Tensor {
  // Integer division cuts towards zero, so what remains has the sign of the index.
  return fromEnd(sub(ids, mul(binary(divP, ids, count), count)), count);
}
