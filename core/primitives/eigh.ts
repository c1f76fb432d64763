import { bind } from "../bind.ts";
import { definePrimitive, type Primitive } from "../primitive.ts";
import type { Tensor } from "../tensor.ts";
import { symmetric } from "./cholesky.ts";
import { div } from "./div.ts";
import { flipped, joined, matricesOf } from "./_factor_host.ts";
import { eighHost } from "./_eigh_host.ts";
import { alongColumns, diagonalOf, requireMatrix, times, turned, withDiagonal } from "./_matrix.ts";
import { mul } from "./mul.ts";
import { sub } from "./sub.ts";

/** A V = V diag(w) for symmetric A: w ascending, V orthogonal. */
export const eighP: Primitive<[Tensor], [Tensor, Tensor], null> = definePrimitive<
  [Tensor],
  [Tensor, Tensor],
  null
>({
  name: "eigh",
  infer: ([a]) => {
    requireMatrix("eigh", a, true);
    return [{ shape: a.shape.slice(0, -1), dtype: a.dtype }, a];
  },
  evaluate: ([a]) => {
    const n = a.shape.at(-1)!;
    const parts = matricesOf(a.data, a.shape).map(eighHost);
    const columns = parts.map(({ rows }) => flipped({ data: rows, m: n, n }).data);
    return [joined(parts.map(({ w }) => w)), joined(columns)];
  },
  jvp: ([a], [da]) => {
    const [w, v] = bind(eighP, [a], null);
    if (!da) return [[w, v], [null, null]];
    const d = times(times(turned(v), da), v);
    const columns = alongColumns(w, d);
    // dV = V (F ⊙ Vᵀ dA V), F = 1 / (wⱼ - wᵢ) off the diagonal, 0 on it
    const f = withDiagonal(div(1, withDiagonal(sub(columns, turned(columns)), 1)), 0);
    return [[w, v], [diagonalOf(d), times(v, mul(f, d))]];
  },
  batch: (a) => bind(eighP, a, null),
});

/**
 * Eigenvalues and eigenvectors of (A + Aᵀ) / 2. The signs of the vectors are not fixed.
 *
 * @param a [..., N, N]
 * @returns w [..., N] ascending and V [..., N, N] with the eigenvectors as columns
 * @throws {ShapeError} if the matrices are not square
 */
export function eigh(a: Tensor): readonly [w: Tensor, v: Tensor] {
  return bind(eighP, [symmetric(a)], null);
}
