import { add } from "../primitives/add.ts";
import { clampIds } from "../primitives/_row_ids.ts";
import { equal, greater, less } from "../primitives/compare.ts";
import { div } from "../primitives/div.ts";
import { gatherRows } from "../primitives/gather_scatter.ts";
import { mul } from "../primitives/mul.ts";
import { where } from "../primitives/select.ts";
import { sliceAxis } from "../primitives/slice_pad.ts";
import { sub } from "../primitives/sub.ts";
import type { Tensor } from "../tensor.ts";
import { searchSorted } from "./search_sorted.ts";
import { reshape } from "../primitives/reshape.ts";
import { requireVector } from "./_vector.ts";

/** Options of `interp`: what to give below and above the points; by default their first and last. */
export type InterpOptions = {
  readonly points: Tensor;
  readonly values: Tensor;
  readonly left?: number;
  readonly right?: number;
};

/**
 * Piecewise linear function through points, at `x`.
 *
 * @param x any shape
 * @param options `points`: ascending [N]; `values` [N]
 * @throws {ShapeError} if points or values are no vector
 */
export function interp(x: Tensor, options: InterpOptions): Tensor {
  const { points, values, left, right } = options;
  requireVector("interp", points);
  requireVector("interp", values);
  const n = points.shape[0]!;
  const next = add(clampIds(sub(searchSorted(points, x, { side: "right" }), 1), n - 1), 1);
  const at = (table: Tensor, ids: Tensor): Tensor => gatherRows(table, ids, { axis: 0 });
  const low = sub(next, 1);
  const step = sub(at(points, next), at(points, low));
  const rise = sub(at(values, next), at(values, low));
  const flat = equal(step, 0);
  const slope = div(rise, where(flat, 1, step));
  const base = at(values, low);
  const between = where(flat, base, add(base, mul(sub(x, at(points, low)), slope)));
  const end = (table: Tensor, i: number): Tensor =>
    reshape(sliceAxis(table, { axis: 0, start: i, stop: i + 1 }), []);
  const below = where(less(x, end(points, 0)), left ?? end(values, 0), between);
  return where(greater(x, end(points, n - 1)), right ?? end(values, n - 1), below);
}
