import { bind } from "../bind.ts";
import { definePrimitive, type Primitive } from "../primitive.ts";
import type { Tensor } from "../tensor.ts";
import { add } from "./add.ts";
import { choleskyHost, joined, matricesOf } from "./_factor_host.ts";
import { lowerPart, requireMatrix, times, turned } from "./_matrix.ts";
import { mul } from "./mul.ts";
import { triangularSolveBy } from "./triangular_solve.ts";

/** Lower triangular L with L Lᵀ = A for symmetric positive definite A, of which it reads one half. */
export const choleskyP: Primitive<[Tensor], [Tensor], null> = definePrimitive<
  [Tensor],
  [Tensor],
  null
>({
  name: "cholesky",
  infer: ([a]) => {
    requireMatrix("cholesky", a, true);
    return [a];
  },
  evaluate: ([a]) => [joined(matricesOf(a.data, a.shape).map(choleskyHost))],
  jvp: ([a], [da]) => {
    const l = bind(choleskyP, [a], null)[0];
    if (!da) return [[l], [null]];
    // dL = L Φ(L⁻¹ dA L⁻ᵀ), where Φ keeps the lower half and half of the diagonal (Smith 1995)
    const common = { lower: true, unitDiagonal: false };
    const right = triangularSolveBy(l, da, { ...common, left: false, transpose: true });
    const inner = triangularSolveBy(l, right, { ...common, left: true, transpose: false });
    const half = mul(0.5, add(lowerPart(inner), lowerPart(inner, -1)));
    return [[l], [times(l, half)]];
  },
  batch: (a) => bind(choleskyP, a, null),
});

/**
 * Lower triangular L with L Lᵀ = (A + Aᵀ) / 2, of positive definite matrices; NaN for others.
 *
 * @param a [..., N, N]
 * @param options `upper`: Lᵀ instead; `symmetrize`: false reads the lower half of A alone (the
 * derivative is that of a symmetric A either way). Default true
 * @throws {ShapeError} if the matrices are not square
 */
export function cholesky(
  a: Tensor,
  options: { readonly upper?: boolean; readonly symmetrize?: boolean } = {},
): Tensor {
  const even = options.symmetrize === false ? a : symmetric(a);
  const l = bind(choleskyP, [even], null)[0];
  return options.upper ? turned(l) : l;
}

/** (A + Aᵀ) / 2. */
export function symmetric(a: Tensor): Tensor {
  requireMatrix("symmetrize", a.aval, true);
  return mul(0.5, add(a, turned(a)));
}
