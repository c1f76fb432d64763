import { bind } from "../bind.ts";
import { definePrimitive, type Primitive } from "../primitive.ts";
import type { Tensor } from "../tensor.ts";
import { add } from "./add.ts";
import { div } from "./div.ts";
import { joined, matricesOf } from "./_factor_host.ts";
import { svdHost } from "./_svd_host.ts";
import { alongColumns, diagonalOf, requireMatrix, times, turned, withDiagonal } from "./_matrix.ts";
import { mul } from "./mul.ts";
import { sub } from "./sub.ts";

/** U diag(s) Vᵀ = A, thin: U [m, k], s [k] descending, Vᵀ [k, n], k = min(m, n). */
export const svdP: Primitive<[Tensor], [Tensor, Tensor, Tensor], null> = definePrimitive<
  [Tensor],
  [Tensor, Tensor, Tensor],
  null
>({
  name: "svd",
  infer: ([a]) => {
    requireMatrix("svd", a);
    const [m, n] = a.shape.slice(-2) as [number, number];
    const lead = a.shape.slice(0, -2);
    const k = Math.min(m, n);
    const of = (...sides: number[]): { shape: number[]; dtype: typeof a.dtype } => ({
      shape: [...lead, ...sides],
      dtype: a.dtype,
    });
    return [of(m, k), of(k), of(k, n)];
  },
  evaluate: ([a]) => {
    const parts = matricesOf(a.data, a.shape).map(svdHost);
    return [
      joined(parts.map(({ u }) => u)),
      joined(parts.map(({ s }) => s)),
      joined(parts.map(({ vt }) => vt)),
    ];
  },
  jvp: ([a], [da]) => {
    const [u, s, vt] = bind(svdP, [a], null);
    if (!da) return [[u, s, vt], [null, null, null]];
    const [ut, v] = [turned(u), turned(vt)];
    const d = times(times(ut, da), v); // Uᵀ dA V
    const columns = alongColumns(s, d); // s of the column
    const rows = turned(columns);
    // F = 1 / (sⱼ² - sᵢ²) off the diagonal, 0 on it (Townsend 2016)
    const gaps = mul(add(columns, rows), sub(columns, rows));
    const f = withDiagonal(div(1, withDiagonal(gaps, 1)), 0);
    const ds = diagonalOf(d);
    const left = mul(d, columns);
    const right = mul(d, rows);
    const du = times(u, mul(f, add(left, turned(left))));
    const dv = times(v, mul(f, add(right, turned(right))));
    const [m, n] = a.shape.slice(-2) as [number, number];
    return [[u, s, vt], [
      m > n ? add(du, outside(times(da, v), u, s)) : du,
      ds,
      turned(n > m ? add(dv, outside(times(turned(da), u), v, s)) : dv),
    ]];
  },
  batch: (a) => bind(svdP, a, null),
});

/** The part of a change that leaves the span of the orthonormal columns of `basis`, over s. */
function outside(change: Tensor, basis: Tensor, s: Tensor): Tensor {
  const rest = sub(change, times(basis, times(turned(basis), change)));
  return div(rest, alongColumns(s, rest));
}

/** The factors of a singular value decomposition. */
export type Svd = readonly [u: Tensor, s: Tensor, vt: Tensor];

/**
 * Thin singular value decomposition, U diag(s) Vᵀ = A. The signs of the vectors are not fixed.
 *
 * @param a [..., M, N]
 * @returns U [..., M, K], s [..., K] descending, Vᵀ [..., K, N], K = min(M, N)
 * @throws {ShapeError} if `a` holds no matrices of floats
 */
export function svd(a: Tensor): Svd {
  return bind(svdP, [a], null);
}
