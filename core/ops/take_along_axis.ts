import { ShapeError } from "../errors.ts";
import { broadcastTo } from "../primitives/_binary.ts";
import { inRange } from "../primitives/_row_ids.ts";
import { takeAlong } from "../primitives/_take_along.ts";
import { convert } from "../primitives/convert.ts";
import { iota } from "../primitives/iota.ts";
import { where } from "../primitives/select.ts";
import { broadcastShapes, formatShape, normalizeAxis } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import type { ScatterKind } from "../primitives/gather_scatter.ts";
import { indexUpdate } from "./index.ts";
import { fillOf, fromEnd } from "./_ids.ts";

/**
 * y[.., j, ..] = x[.., ids[.., j, ..], ..] along an axis: an index of its own for every line, such as
 * those that `argsort` gives. Out-of-range indices give what `take` fills in.
 *
 * @param x any shape
 * @param ids integers of the same rank; sides other than the axis broadcast with those of `x`
 * @param options `axis`: default the last
 * @throws {ShapeError} if the ranks differ or the sides do not broadcast
 */
export function takeAlongAxis(
  x: Tensor,
  ids: Tensor,
  options: { readonly axis?: number } = {},
): Tensor {
  const rank = x.shape.length;
  const axis = normalizeAxis(options.axis ?? -1, rank, "takeAlongAxis");
  requireSameRank("takeAlongAxis", x, ids, "take");
  const count = x.shape[axis]!;
  const at = (shape: readonly number[], side: number): number[] =>
    shape.map((s, i) => i === axis ? side : s);
  const joint = broadcastShapes(at(x.shape, 1), at(ids.shape, 1), "takeAlongAxis");
  const places = broadcastTo(fromEnd(ids, count), at(joint, ids.shape[axis]!));
  const values = takeAlong(broadcastTo(x, at(joint, count)), places, axis);
  return where(inRange(places, count), values, fillOf(x.dtype));
}

/** Options of `putAlongAxis`: what is written, how (default "set"), and along which axis. */
export type PutAlongAxisOptions = {
  /** Broadcasts to the shape of the ids. */
  readonly values: Tensor;
  readonly kind?: ScatterKind;
  readonly axis?: number;
};

/**
 * `x` with values written where `takeAlongAxis` with the same ids reads.
 *
 * @param x any shape
 * @param ids integers of the same rank and, but for the axis, the same sides
 * @throws {ShapeError} if the ranks differ
 */
export function putAlongAxis(x: Tensor, ids: Tensor, options: PutAlongAxisOptions): Tensor {
  const rank = x.shape.length;
  const axis = normalizeAxis(options.axis ?? -1, rank, "putAlongAxis");
  requireSameRank("putAlongAxis", x, ids, "scatter");
  const items = x.shape.map((_, i) =>
    i === axis ? ids : iota(ids.shape, { axis: i, dtype: "i32" })
  );
  const update = broadcastTo(convert(options.values, x.dtype), ids.shape);
  return indexUpdate(x, items, { update, kind: options.kind ?? "set" });
}

function requireSameRank(op: string, x: Tensor, ids: Tensor, other: string): void {
  if (ids.shape.length === x.shape.length) return;
  throw new ShapeError(
    `Cannot ${op} ${formatShape(x.shape)} by ${formatShape(ids.shape)}: the ranks differ; ` +
      `use ${other}`,
    op,
    [x.shape, ids.shape],
  );
}
