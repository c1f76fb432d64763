import { promoteTypes } from "../dtype.ts";
import { ShapeError } from "../errors.ts";
import { broadcastTo } from "../primitives/_binary.ts";
import { diagonalOf, requireMatrix } from "../primitives/_matrix.ts";
import { abs, sign as signOf } from "../primitives/abs_sign.ts";
import { convert } from "../primitives/convert.ts";
import { log } from "../primitives/log.ts";
import { lu, permuteRows } from "../primitives/lu.ts";
import { mul } from "../primitives/mul.ts";
import { reshape } from "../primitives/reshape.ts";
import { triangularSolveBy } from "../primitives/triangular_solve.ts";
import { broadcastShapes, formatShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { prod, sum } from "./sum.ts";
import { eye } from "./triangle.ts";

/**
 * X with A X = B, by LU decomposition with partial pivoting.
 *
 * @param a [..., N, N]
 * @param b [..., N, K], or one column [N]; leading axes broadcast
 * @returns shape of `b`, broadcast
 * @throws {ShapeError} if `a` is not square or `b` has not N rows
 */
export function solve(a: Tensor, b: Tensor): Tensor {
  requireMatrix("solve", a.aval, true);
  const n = a.shape.at(-1)!;
  if (b.shape.length === 1) {
    const x = solve(a, reshape(b, [-1, 1]));
    return reshape(x, x.shape.slice(0, -1));
  }
  if (b.shape.at(-2) !== n) {
    throw new ShapeError(
      `Cannot solve ${formatShape(a.shape)} and ${formatShape(b.shape)}: the right side needs ` +
        `${n} rows`,
      "solve",
      [a.shape, b.shape],
    );
  }
  const dtype = promoteTypes(a.dtype, b.dtype);
  const lead = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2), "solve");
  const stretch = (x: Tensor): Tensor =>
    convert(broadcastTo(x, [...lead, ...x.shape.slice(-2)]), dtype);
  const [factors, rows] = lu(stretch(a));
  const params = { left: true, transpose: false };
  const moved = permuteRows(stretch(b), rows);
  const low = triangularSolveBy(factors, moved, { ...params, lower: true, unitDiagonal: true });
  return triangularSolveBy(factors, low, { ...params, lower: false, unitDiagonal: false });
}

/** The inverses of the matrices [..., N, N]. */
export function inv(a: Tensor): Tensor {
  requireMatrix("inv", a.aval, true);
  return solve(a, eye(a.shape.at(-1)!, { dtype: a.dtype }));
}

/** The determinants [...] of the matrices [..., N, N]. */
export function det(a: Tensor): Tensor {
  const [factors, , sign] = lu(a);
  return mul(sign, prod(diagonalOf(factors), { axes: -1 }));
}

/** Sign and logarithm of the absolute value of the determinants. */
export function slogDet(a: Tensor): readonly [sign: Tensor, logAbs: Tensor] {
  const [factors, , sign] = lu(a);
  const pivots = diagonalOf(factors);
  const signs = mul(sign, prod(signOf(pivots), { axes: -1 }));
  return [signs, sum(log(abs(pivots)), { axes: -1 })];
}
