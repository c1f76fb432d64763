import { bind } from "../bind.ts";
import { definePrimitive, type Primitive } from "../primitive.ts";
import type { Tensor } from "../tensor.ts";
import { add } from "./add.ts";
import { concatenate } from "./concatenate.ts";
import { joined, matricesOf, qrHost } from "./_factor_host.ts";
import { lowerPart, requireMatrix, times, turned } from "./_matrix.ts";
import { sliceAxis } from "./slice_pad.ts";
import { sub } from "./sub.ts";
import { triangularSolveBy } from "./triangular_solve.ts";

/** Q with orthonormal columns and upper triangular R, Q R = A: [m, k] and [k, n], k = min(m, n). */
export const qrP: Primitive<[Tensor], [Tensor, Tensor], null> = definePrimitive<
  [Tensor],
  [Tensor, Tensor],
  null
>({
  name: "qr",
  infer: ([a]) => {
    requireMatrix("qr", a);
    const [m, n] = a.shape.slice(-2) as [number, number];
    const lead = a.shape.slice(0, -2);
    const k = Math.min(m, n);
    return [{ shape: [...lead, m, k], dtype: a.dtype }, {
      shape: [...lead, k, n],
      dtype: a.dtype,
    }];
  },
  evaluate: ([a]) => {
    const parts = matricesOf(a.data, a.shape).map(qrHost);
    return [joined(parts.map(({ q }) => q)), joined(parts.map(({ r }) => r))];
  },
  jvp: ([a], [da]) => {
    const [q, r] = bind(qrP, [a], null);
    if (!da) return [[q, r], [null, null]];
    // With C = dA R⁻¹ and S = Qᵀ C: Ω = low(S) - low(S)ᵀ, dQ = Q (Ω - S) + C, dR = (S - Ω) R
    // (Walter & Lehmann 2018, for m >= n)
    const params = { left: false, lower: false, transpose: false, unitDiagonal: false };
    const c = triangularSolveBy(r, da, params);
    const s = times(turned(q), c);
    const low = lowerPart(s, -1);
    const omega = sub(low, turned(low));
    const dq = add(times(q, sub(omega, s)), c);
    return [[q, r], [dq, times(sub(s, omega), r)]];
  },
  batch: (a) => bind(qrP, a, null),
});

/**
 * Reduced QR decomposition. The signs of R's diagonal are not fixed.
 *
 * @param a [..., M, N]
 * @returns Q [..., M, K] with orthonormal columns and upper triangular R [..., K, N], K = min(M, N)
 * @throws {ShapeError} if `a` holds no matrices of floats
 */
export function qr(a: Tensor): readonly [q: Tensor, r: Tensor] {
  requireMatrix("qr", a.aval);
  const [m, n] = a.shape.slice(-2) as [number, number];
  if (m >= n) return bind(qrP, [a], null);
  // A wide matrix is decomposed by its first columns, so that one derivative rule serves both.
  const axis = a.shape.length - 1;
  const [q, r] = bind(qrP, [sliceAxis(a, { axis, start: 0, stop: m })], null);
  const rest = times(turned(q), sliceAxis(a, { axis, start: m, stop: n }));
  return [q, concatenate([r, rest], { axis })];
}
