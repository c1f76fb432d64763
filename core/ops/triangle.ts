import type { DType } from "../dtype.ts";
import { ShapeError } from "../errors.ts";
import { add } from "../primitives/add.ts";
import { broadcastInDim } from "../primitives/broadcast_sum.ts";
import { equal, greaterEqual } from "../primitives/compare.ts";
import { convert } from "../primitives/convert.ts";
import { iota } from "../primitives/iota.ts";
import { where } from "../primitives/select.ts";
import { formatShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/** Which diagonal: 0 is the main one, positive ones lie above it. */
export type TriangleOptions = { readonly k?: number };

/** The last two axes of `x` up to diagonal `k`, zero above. */
export function tril(x: Tensor, options: TriangleOptions = {}): Tensor {
  return where(mask(x, "tril", options.k ?? 0), x, 0);
}

/** The last two axes of `x` from diagonal `k`, zero below. */
export function triu(x: Tensor, options: TriangleOptions = {}): Tensor {
  return where(mask(x, "triu", (options.k ?? 0) - 1), 0, x);
}

/** Where column <= row + k, in the last two axes. */
function mask(x: Tensor, op: string, k: number): Tensor {
  if (x.shape.length < 2) {
    throw new ShapeError(
      `Cannot ${op} ${formatShape(x.shape)}: it takes matrices in the last two axes`,
      op,
      [x.shape],
    );
  }
  const sides = x.shape.slice(-2);
  const rank = x.shape.length;
  const [row, column] = coordinates(sides);
  const below = greaterEqual(add(row, k), column);
  return broadcastInDim(below, { shape: x.shape, dims: [rank - 2, rank - 1] });
}

function coordinates(shape: readonly number[]): readonly [row: Tensor, column: Tensor] {
  return [iota(shape, { axis: 0, dtype: "i32" }), iota(shape, { axis: 1, dtype: "i32" })];
}

/** An n by `columns` (default n) matrix with ones on diagonal `k`. */
export function eye(
  n: number,
  options: { readonly columns?: number; readonly k?: number; readonly dtype?: DType } = {},
): Tensor {
  const [row, column] = coordinates([n, options.columns ?? n]);
  return convert(equal(add(row, options.k ?? 0), column), options.dtype ?? "f32");
}

/** An n by `columns` (default n) matrix with ones at and below diagonal `k`. */
export function tri(
  n: number,
  options: { readonly columns?: number; readonly k?: number; readonly dtype?: DType } = {},
): Tensor {
  const [row, column] = coordinates([n, options.columns ?? n]);
  return convert(greaterEqual(add(row, options.k ?? 0), column), options.dtype ?? "f32");
}
