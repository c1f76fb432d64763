import { tensor } from "../literal.ts";
import { broadcastInDim } from "../primitives/broadcast_sum.ts";
import { iota } from "../primitives/iota.ts";
import { swapAxes } from "../primitives/transpose.ts";
import { range, type Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { requireVector } from "./_vector.ts";

/** Options of `meshgrid`: "xy" (default) has rows along y, "ij" one axis for each vector in order. */
export type MeshgridOptions = { readonly indexing?: "xy" | "ij" };

/**
 * The coordinates of the points of a grid: one tensor for each vector, all of the grid's shape.
 *
 * @param xs vectors [N₁], [N₂], ...
 * @throws {ShapeError} if one is no vector
 */
export function meshgrid(xs: readonly Tensor[], options: MeshgridOptions = {}): Tensor[] {
  for (const x of xs) requireVector("meshgrid", x);
  const shape = xs.map((x) => x.shape[0]!);
  const grids = xs.map((x, axis) => broadcastInDim(x, { shape, dims: [axis] }));
  const turned = (options.indexing ?? "xy") === "xy" && xs.length > 1;
  return turned ? grids.map((grid) => swapAxes(grid, 0, 1)) : grids;
}

/** For each axis of a shape the positions along it, i32 in that shape. */
export function indices(shape: Shape): Tensor[] {
  return shape.map((_, axis) => iota(shape, { axis, dtype: "i32" }));
}

/** Rows and columns of the diagonal of an n by n matrix. */
export function diagIndices(n: number): readonly [rows: Tensor, columns: Tensor] {
  const place = iota([n], { dtype: "i32" });
  return [place, place];
}

/** Options of `trilIndices` and `triuIndices`: the diagonal, and the columns if they are not n. */
export type TriangleIndicesOptions = { readonly k?: number; readonly columns?: number };

/** Rows and columns of the elements of an n by `columns` matrix up to diagonal `k`. */
export function trilIndices(
  n: number,
  options: TriangleIndicesOptions = {},
): readonly [rows: Tensor, columns: Tensor] {
  return places(n, options, (row, column, k) => column - row <= k);
}

/** Rows and columns of the elements of an n by `columns` matrix from diagonal `k` on. */
export function triuIndices(
  n: number,
  options: TriangleIndicesOptions = {},
): readonly [rows: Tensor, columns: Tensor] {
  return places(n, options, (row, column, k) => column - row >= k);
}

function places(
  n: number,
  { k = 0, columns = n }: TriangleIndicesOptions,
  holds: (row: number, column: number, k: number) => boolean,
): readonly [Tensor, Tensor] {
  const found = range(n).flatMap((row) =>
    range(columns).filter((column) => holds(row, column, k)).map((column) => [row, column] as const)
  );
  const side = (i: 0 | 1): Tensor => tensor(Int32Array.from(found, (place) => place[i]));
  return [side(0), side(1)];
}
