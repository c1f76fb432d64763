import { ShapeError } from "../errors.ts";
import { type Aval, formatAval, range, type Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { add } from "./add.ts";
import { broadcastInDim, sumAxes } from "./broadcast_sum.ts";
import { equal, greaterEqual } from "./compare.ts";
import { dotGeneral } from "./dot_general.ts";
import { iota } from "./iota.ts";
import { where } from "./select.ts";
import { swapAxes } from "./transpose.ts";
import { isFloat } from "../dtype.ts";

/** What the decompositions share: matrices in the last two axes, batches before. */

/** Throws unless `x` holds matrices of floats, square ones if asked. */
export function requireMatrix(op: string, x: Aval, square = false): void {
  const [m, n] = x.shape.slice(-2);
  const why = !isFloat(x.dtype)
    ? "it takes floats; convert it"
    : n === undefined
    ? "it takes matrices in the last two axes"
    : square && m !== n
    ? "the matrices are not square"
    : null;
  if (why === null) return;
  throw new ShapeError(`Cannot ${op} ${formatAval(x)}: ${why}`, op, [x.shape]);
}

/** The product of two batches of matrices with the same leading axes. */
export function times(x: Tensor, y: Tensor): Tensor {
  const rank = x.shape.length;
  const lead = range(rank - 2);
  return dotGeneral(x, y, { contract: [[rank - 1], [rank - 2]], batch: [lead, lead] });
}

/** Each matrix transposed. */
export function turned(x: Tensor): Tensor {
  return swapAxes(x, -1, -2);
}

/** Row and column numbers of a matrix. */
export function coordinates(shape: Shape): readonly [row: Tensor, column: Tensor] {
  return [iota(shape, { axis: 0, dtype: "i32" }), iota(shape, { axis: 1, dtype: "i32" })];
}

/** Where column <= row + k in the matrices of `x`. */
export function triangleMask(x: Tensor, op: string, k: number): Tensor {
  const rank = x.shape.length;
  if (rank < 2) {
    throw new ShapeError(
      `Cannot ${op} ${formatAval(x.aval)}: it takes matrices in the last two axes`,
      op,
      [x.shape],
    );
  }
  const [row, column] = coordinates(x.shape.slice(-2));
  return spread(greaterEqual(add(row, k), column), x);
}

/** `x` at and below diagonal `k`, else zero. */
export function lowerPart(x: Tensor, k = 0): Tensor {
  return where(triangleMask(x, "tril", k), x, 0);
}

/** `x` from diagonal `k` on, else zero. */
export function upperPart(x: Tensor, k = 0): Tensor {
  return where(triangleMask(x, "triu", k - 1), 0, x);
}

/** `x` with its diagonals replaced by a number. */
export function withDiagonal(x: Tensor, value: number): Tensor {
  const [row, column] = coordinates(x.shape.slice(-2));
  return where(spread(equal(row, column), x), value, x);
}

/** One matrix repeated over the leading axes of `x`. */
function spread(matrix: Tensor, x: Tensor): Tensor {
  const rank = x.shape.length;
  return broadcastInDim(matrix, { shape: x.shape, dims: [rank - 2, rank - 1] });
}

/** The vectors s as rows, repeated to the shape of `like`. */
export function alongColumns(s: Tensor, like: Tensor): Tensor {
  const rank = like.shape.length;
  return broadcastInDim(s, { shape: like.shape, dims: [...range(rank - 2), rank - 1] });
}

/** The diagonals of square matrices. */
export function diagonalOf(x: Tensor): Tensor {
  const [row, column] = coordinates(x.shape.slice(-2));
  return sumAxes(where(spread(equal(row, column), x), x, 0), [x.shape.length - 1]);
}
