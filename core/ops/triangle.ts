import type { DType } from "../dtype.ts";
import { add } from "../primitives/add.ts";
import { equal, greaterEqual } from "../primitives/compare.ts";
import { convert } from "../primitives/convert.ts";
import { coordinates, triangleMask } from "../primitives/_matrix.ts";
import { where } from "../primitives/select.ts";
import type { Tensor } from "../tensor.ts";

/** Which diagonal: 0 is the main one, positive ones lie above it. */
export type TriangleOptions = { readonly k?: number };

/** The last two axes of `x` up to diagonal `k`, zero above. */
export function tril(x: Tensor, options: TriangleOptions = {}): Tensor {
  return where(triangleMask(x, "tril", options.k ?? 0), x, 0);
}

/** The last two axes of `x` from diagonal `k`, zero below. */
export function triu(x: Tensor, options: TriangleOptions = {}): Tensor {
  return where(triangleMask(x, "triu", (options.k ?? 0) - 1), 0, x);
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
