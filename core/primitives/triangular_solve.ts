import { bind } from "../bind.ts";
import { promoteTypes } from "../dtype.ts";
import { ShapeError } from "../errors.ts";
import { definePrimitive, isLinear, known, type Primitive } from "../primitive.ts";
import { formatAval, type Shape, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { addTangents } from "./add.ts";
import { broadcastFront } from "./broadcast_sum.ts";
import { convert } from "./convert.ts";
import { type HostMatrix, joined, matricesOf } from "./_factor_host.ts";
import { lowerPart, requireMatrix, times, turned, upperPart, withDiagonal } from "./_matrix.ts";
import { neg } from "./neg.ts";

/** Which side the unknown is on, which triangle is read, transposed or not, ones on the diagonal. */
export type TriangularParams = {
  readonly left: boolean;
  readonly lower: boolean;
  readonly transpose: boolean;
  readonly unitDiagonal: boolean;
};

/** X with op(A) X = B, or X op(A) = B; A triangular, op may transpose. Linear in B. */
export const triangularSolveP: Primitive<[Tensor, Tensor], [Tensor], TriangularParams> =
  definePrimitive<[Tensor, Tensor], [Tensor], TriangularParams>({
    name: "triangular_solve",
    infer: ([a, b], { left }) => {
      requireMatrix("triangular_solve", a, true);
      requireMatrix("triangular_solve", b);
      const n = a.shape.at(-1);
      const lead = (shape: Shape): string => shape.slice(0, -2).join();
      if (b.shape.at(left ? -2 : -1) !== n || lead(a.shape) !== lead(b.shape)) {
        throw new ShapeError(
          `Cannot triangular_solve ${formatAval(a)} and ${formatAval(b)}: ` +
            `the ${left ? "rows" : "columns"} of the second operand are not ${n}, or the leading ` +
            `axes differ`,
          "triangular_solve",
          [a.shape, b.shape],
        );
      }
      return [b];
    },
    evaluate: ([a, b], params) => {
      const right = matricesOf(b.data, b.shape);
      const solved = matricesOf(a.data, a.shape).map((matrix, i) =>
        substitute(matrix, right[i]!, params)
      );
      return [sizeOf(b.shape) === 0 ? b.data : joined(solved)];
    },
    jvp: ([a, b], [da, db], params) => {
      const x = triangularSolveBy(a, b, params);
      if (!da && !db) return [[x], [null]];
      // op(A) dX = dB - op(dA) X, and likewise from the right.
      const change = da && operator(da, params);
      const moved = change && neg(params.left ? times(change, x) : times(x, change));
      return [[x], [triangularSolveBy(a, addTangents(db, moved)!, params)]];
    },
    transpose: ([ct], [a, b], params) => [
      null,
      ct && isLinear(b)
        ? triangularSolveBy(known(a), ct, { ...params, transpose: !params.transpose })
        : null,
    ],
    batch: ([a, b], [ba, bb], params, size) => [
      triangularSolveBy(
        ba ? a : broadcastFront(a, size),
        bb ? b : broadcastFront(b, size),
        params,
      ),
    ],
  });

/** The part of a matrix that is read, as it is applied. */
function operator(a: Tensor, { lower, transpose, unitDiagonal }: TriangularParams): Tensor {
  const part = lower ? lowerPart(a) : upperPart(a);
  const read = unitDiagonal ? withDiagonal(part, 0) : part;
  return transpose ? turned(read) : read;
}

function substitute(a: HostMatrix, b: HostMatrix, params: TriangularParams): Float64Array {
  const { left, unitDiagonal } = params;
  // X op(A) = B is op(A)ᵀ Xᵀ = Bᵀ.
  const swap = params.transpose === left; // whether op(A), or its transpose from the right, is Aᵀ
  const entry = (i: number, j: number): number =>
    swap ? a.data[j * a.n + i]! : a.data[i * a.n + j]!;
  const forward = params.lower !== swap;
  const x = b.data.slice();
  const [count, step, next] = left ? [b.n, b.n, 1] : [b.m, 1, b.n];
  const n = a.n;
  for (let c = 0; c < count; c++) {
    const base = c * next;
    for (let k = 0; k < n; k++) {
      const i = forward ? k : n - 1 - k;
      let sum = x[base + i * step]!;
      for (let l = 0; l < k; l++) {
        const j = forward ? l : n - 1 - l;
        sum -= entry(i, j) * x[base + j * step]!;
      }
      x[base + i * step] = unitDiagonal ? sum : sum / entry(i, i);
    }
  }
  return x;
}

/** The solution with its parameters spelt out. */
export function triangularSolveBy(a: Tensor, b: Tensor, params: TriangularParams): Tensor {
  return bind(triangularSolveP, [a, b], params)[0];
}

/**
 * X with op(A) X = B (or X op(A) = B) for a triangular A.
 *
 * @param a [..., N, N]; only the named triangle is read
 * @param b [..., N, K], or [..., K, N] from the right
 * @param options `left`: default true; `lower`: default false; `transpose`: op transposes, default
 * false; `unitDiagonal`: take the diagonal as ones, default false
 * @throws {ShapeError} if the matrices do not fit
 */
export function triangularSolve(
  a: Tensor,
  b: Tensor,
  options: Partial<TriangularParams> = {},
): Tensor {
  const { left = true, lower = false, transpose = false, unitDiagonal = false } = options;
  const dtype = promoteTypes(a.dtype, b.dtype);
  const params = { left, lower, transpose, unitDiagonal };
  return triangularSolveBy(convert(a, dtype), convert(b, dtype), params);
}
