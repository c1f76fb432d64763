import { sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { flatIds } from "./_row_ids.ts";
import { gatherRows } from "./gather_scatter.ts";
import { reshape } from "./reshape.ts";
import { moveAxis } from "./transpose.ts";

/**
 * y[.., j, ..] = x[.., ids[.., j, ..], ..] along an axis: x and ids have the same sides but for that
 * axis, ids are in range.
 */
export function takeAlong(x: Tensor, ids: Tensor, axis: number): Tensor {
  const table = moveAxis(x, axis, -1);
  const places = moveAxis(ids, axis, -1);
  const lead = sizeOf(table.shape.slice(0, -1));
  const [count, wanted] = [x.shape[axis]!, ids.shape[axis]!];
  const flat = flatIds(reshape(places, [lead, wanted]), count);
  const rows = gatherRows(reshape(table, [lead * count]), flat, { axis: 0 });
  return moveAxis(reshape(rows, places.shape), -1, axis);
}
