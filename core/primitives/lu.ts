import { bind } from "../bind.ts";
import { definePrimitive, type Primitive } from "../primitive.ts";
import { range } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { add } from "./add.ts";
import { broadcastInDim } from "./broadcast_sum.ts";
import { joined, luHost, matricesOf } from "./_factor_host.ts";
import { lowerPart, requireMatrix, times, upperPart, withDiagonal } from "./_matrix.ts";
import { takeAlong } from "./_take_along.ts";
import { triangularSolveBy } from "./triangular_solve.ts";

/**
 * P A = L U with partial pivoting: L (ones on its diagonal) and U in one matrix, the row of A that
 * each row came from, and the sign of that permutation.
 */
export const luP: Primitive<[Tensor], [Tensor, Tensor, Tensor], null> = definePrimitive<
  [Tensor],
  [Tensor, Tensor, Tensor],
  null
>({
  name: "lu",
  infer: ([a]) => {
    requireMatrix("lu", a, true);
    return [a, { shape: a.shape.slice(0, -1), dtype: "i32" }, {
      shape: a.shape.slice(0, -2),
      dtype: a.dtype,
    }];
  },
  evaluate: ([a]) => {
    const parts = matricesOf(a.data, a.shape).map(luHost);
    return [
      joined(parts.map(({ lu }) => lu)),
      joined(parts.map(({ rows }) => rows)),
      Float64Array.from(parts, ({ sign }) => sign),
    ];
  },
  jvp: ([a], [da]) => {
    const [lu, rows, sign] = bind(luP, [a], null);
    if (!da) return [[lu, rows, sign], [null, null, null]];
    // With S = L⁻¹ P dA U⁻¹: dL = L low(S), dU = up(S) U
    const moved = permuteRows(da, rows);
    const common = { transpose: false };
    const left = triangularSolveBy(lu, moved, {
      ...common,
      left: true,
      lower: true,
      unitDiagonal: true,
    });
    const s = triangularSolveBy(lu, left, {
      ...common,
      left: false,
      lower: false,
      unitDiagonal: false,
    });
    const l = withDiagonal(lowerPart(lu), 1);
    const change = add(times(l, lowerPart(s, -1)), times(upperPart(s), upperPart(lu)));
    return [[lu, rows, sign], [change, null, null]];
  },
  batch: (a) => bind(luP, a, null),
});

/** The rows of each matrix in the order that `lu` gives. */
export function permuteRows(x: Tensor, rows: Tensor): Tensor {
  const axis = x.shape.length - 2;
  const ids = broadcastInDim(rows, { shape: x.shape, dims: range(axis + 1) });
  return takeAlong(x, ids, axis);
}

/**
 * P A = L U with partial pivoting.
 *
 * @param a [..., N, N]
 * @returns L (ones on its diagonal) and U in one matrix, the row of A that each row came from [..., N]
 * as i32, and the sign of that permutation [...]
 * @throws {ShapeError} if the matrices are not square
 */
export function lu(a: Tensor): readonly [lu: Tensor, rows: Tensor, sign: Tensor] {
  return bind(luP, [a], null);
}
