import { promoteTypes } from "../dtype.ts";
import { requireMatrix, turned } from "../primitives/_matrix.ts";
import { broadcastInDim } from "../primitives/broadcast_sum.ts";
import { greater } from "../primitives/compare.ts";
import { convert } from "../primitives/convert.ts";
import { div } from "../primitives/div.ts";
import { mul } from "../primitives/mul.ts";
import { reshape } from "../primitives/reshape.ts";
import { where } from "../primitives/select.ts";
import { svd } from "../primitives/svd.ts";
import { range } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { max } from "./extremum.ts";
import { matmul } from "./matmul.ts";
import { inv } from "./solve.ts";
import { eye } from "./triangle.ts";
import { broadcastTo } from "../primitives/_binary.ts";

/**
 * Moore-Penrose inverse of the matrices [..., M, N].
 *
 * @param a [..., M, N]
 * @param options `rtol`: singular values up to this part of the largest count as zero; default
 * 10 max(M, N) eps of f32
 */
export function pinv(a: Tensor, options: { readonly rtol?: number } = {}): Tensor {
  requireMatrix("pinv", a.aval);
  const [m, n] = a.shape.slice(-2) as [number, number];
  const rtol = options.rtol ?? 10 * Math.max(m, n) * 2 ** -23;
  const [u, s, vt] = svd(a);
  const large = greater(s, mul(max(s, { axes: -1, keepDims: true }), rtol));
  const inverse = where(large, div(1, where(large, s, 1)), 0);
  const rank = a.shape.length;
  const shape = [...s.shape, m];
  const rows = broadcastInDim(inverse, { shape, dims: range(rank - 1) });
  return matmul(turned(vt), mul(rows, turned(u)));
}

/** The X of least norm that minimises |A X - B|², for A [M, N] and B [M] or [M, K]. */
export function lstsq(a: Tensor, b: Tensor): Tensor {
  const dtype = promoteTypes(a.dtype, b.dtype);
  const inverse = pinv(convert(a, dtype), { rtol: Math.max(...a.shape) * 2 ** -23 });
  if (b.shape.length !== 1) return matmul(inverse, convert(b, dtype));
  return reshape(matmul(inverse, reshape(convert(b, dtype), [-1, 1])), [a.shape.at(-1)!]);
}

/** The matrices [..., N, N] multiplied `n` times with themselves; the inverses for negative n. */
export function matrixPower(a: Tensor, n: number): Tensor {
  requireMatrix("matrixPower", a.aval, true);
  if (n < 0) return matrixPower(inv(a), -n);
  if (n === 0) return broadcastTo(eye(a.shape.at(-1)!, { dtype: a.dtype }), a.shape);
  if (n === 1) return a;
  const half = matrixPower(a, Math.floor(n / 2));
  const square = matmul(half, half);
  return n % 2 === 0 ? square : matmul(square, a);
}
