import { ShapeError } from "../errors.ts";
import { broadcastTo } from "../primitives/_binary.ts";
import { inRange } from "../primitives/_row_ids.ts";
import { takeAlong } from "../primitives/_take_along.ts";
import { where } from "../primitives/select.ts";
import { broadcastShapes, formatShape, normalizeAxis } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { fillOf, fromEnd } from "./take.ts";

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
  if (ids.shape.length !== rank) {
    throw new ShapeError(
      `Cannot takeAlongAxis ${formatShape(x.shape)} by ${formatShape(ids.shape)}: the ranks ` +
        `differ; use take`,
      "takeAlongAxis",
      [x.shape, ids.shape],
    );
  }
  const count = x.shape[axis]!;
  const at = (shape: readonly number[], side: number): number[] =>
    shape.map((s, i) => i === axis ? side : s);
  const joint = broadcastShapes(at(x.shape, 1), at(ids.shape, 1), "takeAlongAxis");
  const places = broadcastTo(fromEnd(ids, count), at(joint, ids.shape[axis]!));
  const values = takeAlong(broadcastTo(x, at(joint, count)), places, axis);
  return where(inRange(places, count), values, fillOf(x.dtype));
}
