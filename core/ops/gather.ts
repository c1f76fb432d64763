import { convert } from "../primitives/convert.ts";
import { gatherRows, type ScatterKind, scatterRows } from "../primitives/gather_scatter.ts";
import { broadcastTo } from "../primitives/_binary.ts";
import { normalizeAxis } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { fromEnd } from "./_ids.ts";

/**
 * Rows of `x` along an axis: `take` with indices that are known to be in range (they are clamped).
 *
 * @param x [..., N, ...]
 * @param ids integers [I...], 0 to N - 1
 * @param options `axis`: default 0
 * @returns [..., I..., ...]
 * @throws {ShapeError} if `ids` are no integers
 */
export function gather(x: Tensor, ids: Tensor, options: { readonly axis?: number } = {}): Tensor {
  return gatherRows(x, ids, { axis: normalizeAxis(options.axis ?? 0, x.shape.length, "gather") });
}

/**
 * `x` with rows along an axis changed. Updates with the same index come in order; those with an index
 * outside the axis are dropped, negative ones count from the end.
 *
 * @param x [..., N, ...]
 * @param ids integers [I...]
 * @param options `updates`: broadcasts to [..., I..., ...]; `axis`: default 0; `kind`: how to combine
 * an element and an update, default "add"
 * @throws {ShapeError} if `ids` are no integers or the updates do not fit
 */
export function scatter(
  x: Tensor,
  ids: Tensor,
  options: { readonly updates: Tensor; readonly axis?: number; readonly kind?: ScatterKind },
): Tensor {
  const axis = normalizeAxis(options.axis ?? 0, x.shape.length, "scatter");
  const shape = [...x.shape.slice(0, axis), ...ids.shape, ...x.shape.slice(axis + 1)];
  const updates = broadcastTo(convert(options.updates, x.dtype), shape);
  const places = fromEnd(ids, x.shape[axis]!);
  return scatterRows(x, [places, updates], { kind: options.kind ?? "add", axis });
}
