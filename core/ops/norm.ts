import { abs } from "../primitives/abs_sign.ts";
import { notEqual } from "../primitives/compare.ts";
import { convert } from "../primitives/convert.ts";
import { mul } from "../primitives/mul.ts";
import { pow } from "../primitives/pow.ts";
import { reshape } from "../primitives/reshape.ts";
import { sqrt } from "../primitives/sqrt.ts";
import { svd } from "../primitives/svd.ts";
import { moveAxis } from "../primitives/transpose.ts";
import { normalizeAxis, range } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { max, min } from "./extremum.ts";
import { sum } from "./sum.ts";

/** Order of a norm: a number p (or ±infinity), "fro" or "nuc" for matrices. */
export type NormOrder = number | "fro" | "nuc";

/** Over which axes, by default all: one axis is a vector, two are a matrix. */
export type NormOptions = {
  readonly ord?: NormOrder;
  readonly axes?: number | readonly number[];
  readonly keepDims?: boolean;
};

/**
 * Norm of vectors or matrices, as in NumPy: without `ord` the square root of the sum of squares; for
 * vectors (Σ |x|^p)^(1/p), 0 counts, ±infinity is the largest or smallest; for matrices 1, -1 and
 * ±infinity are column and row sums, 2, -2 and "nuc" are of the singular values.
 *
 * @param x floats
 * @param options without `axes`, `x` is a matrix if it has two axes and `ord` is given, else a vector
 */
export function norm(x: Tensor, options: NormOptions = {}): Tensor {
  const { ord, keepDims = false } = options;
  const rank = x.shape.length;
  const axes = options.axes === undefined
    ? range(rank)
    : [options.axes].flat().map((axis) => normalizeAxis(axis as number, rank, "norm"));
  if (ord === undefined || ord === "fro") {
    return sqrt(sum(mul(x, x), { axes, keepDims }));
  }
  if (axes.length === 2) return matrixNorm(x, axes as [number, number], ord, keepDims);
  return vectorNorm(x, axes, ord, keepDims);
}

function vectorNorm(
  x: Tensor,
  axes: readonly number[],
  ord: NormOrder,
  keepDims: boolean,
): Tensor {
  const over = { axes, keepDims };
  switch (ord) {
    case Infinity:
      return max(abs(x), over);
    case -Infinity:
      return min(abs(x), over);
    case 0:
      return sum(convert(notEqual(x, 0), x.dtype), over);
    case 1:
      return sum(abs(x), over);
    case 2:
      return sqrt(sum(mul(x, x), over));
    case "fro":
    case "nuc":
      throw new RangeError(`Cannot take the norm "${ord}" of a vector: name two axes`);
    default:
      return pow(sum(pow(abs(x), ord), over), 1 / ord);
  }
}

function matrixNorm(
  x: Tensor,
  [row, column]: readonly [number, number],
  ord: NormOrder,
  keepDims: boolean,
): Tensor {
  const sums = (axis: number): Tensor => sum(abs(x), { axes: axis, keepDims: true });
  const both = { axes: [row, column], keepDims };
  switch (ord) {
    case 1:
      return max(sums(row), both);
    case -1:
      return min(sums(row), both);
    case Infinity:
      return max(sums(column), both);
    case -Infinity:
      return min(sums(column), both);
  }
  const [, s] = svd(moveAxis(x, [row, column], [-2, -1]));
  const shape = x.shape.flatMap((side, i) =>
    i !== row && i !== column ? [side] : keepDims ? [1] : []
  );
  const last = { axes: -1 };
  switch (ord) {
    case 2:
      return reshape(max(s, last), shape);
    case -2:
      return reshape(min(s, last), shape);
    case "nuc":
      return reshape(sum(s, last), shape);
    default:
      throw new RangeError(
        `Cannot take the norm ${ord} of a matrix: the orders are 1, -1, 2, -2, Infinity, ` +
          `-Infinity, "fro" and "nuc"`,
      );
  }
}
