import { add } from "../primitives/add.ts";
import type { Operand } from "../primitives/_binary.ts";
import { convert } from "../primitives/convert.ts";
import { integerPow } from "../primitives/pow.ts";
import { mul } from "../primitives/mul.ts";
import { range } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { floatDtype } from "./_precision.ts";
import { arange } from "./arange.ts";
import { convolve } from "./convolve.ts";
import { fullLike, zeros } from "./full.ts";
import { lstsq } from "./pseudo_inverse.ts";
import { stack, unstack } from "./stack.ts";
import { requireVector } from "./_vector.ts";
import { concatenate } from "../primitives/concatenate.ts";
import { div } from "../primitives/div.ts";
import { sliceAxis } from "../primitives/slice_pad.ts";
import { flip } from "../primitives/rev.ts";

/** Polynomials as vectors of their coefficients, the highest power first, as NumPy has them. */

/** Options of `vander`: how many powers, as many as elements by default, and their order. */
export type VanderOptions = { readonly columns?: number; readonly increasing?: boolean };

/**
 * Vandermonde matrix: the powers of the elements of a vector, the highest first.
 *
 * @param x [N]
 * @returns [N, columns]
 */
export function vander(x: Tensor, options: VanderOptions = {}): Tensor {
  requireVector("vander", x);
  const { columns = x.shape[0]!, increasing = false } = options;
  if (columns === 0) return zeros([x.shape[0]!, 0], { dtype: x.dtype });
  const powers = range(columns).map((n) => n === 0 ? fullLike(x, 1) : integerPow(x, n));
  return stack(increasing ? powers : powers.toReversed(), { axis: 1 });
}

/** Σ cᵢ x^(n - i) for coefficients [n + 1], by Horner's rule. */
export function polyval(coefficients: Tensor, x: Operand): Tensor {
  requireVector("polyval", coefficients);
  const [first, ...rest] = unstack(coefficients);
  const start = typeof x === "number" ? first ?? zeros([]) : add(mul(x, 0), first ?? 0);
  return rest.reduce((y, c) => add(mul(y, x), c), start);
}

/**
 * The polynomial of a degree with the least squared error at points.
 *
 * @param x [N]
 * @param y [N] or [N, K]
 * @returns [degree + 1] or [degree + 1, K]
 */
export function polyfit(x: Tensor, y: Tensor, options: { readonly degree: number }): Tensor {
  return lstsq(vander(convert(x, floatDtype(x.dtype)), { columns: options.degree + 1 }), y);
}

/** The coefficients of the product of two polynomials. */
export function polymul(x: Tensor, y: Tensor): Tensor {
  return convolve(x, y);
}

/** The coefficients of the sum of two polynomials. */
export function polyadd(x: Tensor, y: Tensor): Tensor {
  const length = Math.max(x.shape[0]!, y.shape[0]!);
  const wide = (p: Tensor): Tensor =>
    concatenate([zeros([length - p.shape[0]!], { dtype: p.dtype }), p]);
  return add(wide(x), wide(y));
}

/** The coefficients of the derivative. */
export function polyder(coefficients: Tensor): Tensor {
  requireVector("polyder", coefficients);
  const n = coefficients.shape[0]!;
  const powers = flip(arange(1, Math.max(1, n), { dtype: "f32" }));
  return mul(sliceAxis(coefficients, { axis: 0, start: 0, stop: Math.max(0, n - 1) }), powers);
}

/** The coefficients of the antiderivative that is 0 at 0. */
export function polyint(coefficients: Tensor): Tensor {
  requireVector("polyint", coefficients);
  const n = coefficients.shape[0]!;
  const terms = div(coefficients, flip(arange(1, n + 1, { dtype: "f32" })));
  return concatenate([terms, zeros([1], { dtype: terms.dtype })]);
}
