import {
  add,
  div,
  expm1,
  greater,
  maximum,
  minimum,
  mul,
  type Tensor,
  where,
} from "../core/mod.ts";

/** Options of exponential units: -alpha is the limit at -∞, 1 by default. */
export type AlphaOptions = { readonly alpha?: number };

/**
 * Exponential linear unit: x above 0, alpha · (eˣ - 1) up to 0.
 *
 * @see Clevert et al. 2015, arXiv:1511.07289
 */
export function elu(x: Tensor, options: AlphaOptions = {}): Tensor {
  const positive = greater(x, 0);
  // Where the other side is chosen, the exponential must not overflow: its derivative is NaN there.
  return where(positive, x, mul(options.alpha ?? 1, expm1(where(positive, 0, x))));
}

/**
 * Continuously differentiable exponential linear unit: max(x, 0) + alpha · (e^(min(x, 0) / alpha) - 1).
 *
 * @see Barron 2017, arXiv:1704.07483
 */
export function celu(x: Tensor, options: AlphaOptions = {}): Tensor {
  const { alpha = 1 } = options;
  return add(maximum(x, 0), mul(alpha, expm1(div(minimum(x, 0), alpha))));
}

/**
 * Scaled exponential linear unit: `elu` with the alpha and the scale that keep mean 0 and variance 1.
 *
 * @see Klambauer et al. 2017, arXiv:1706.02515
 */
export function selu(x: Tensor): Tensor {
  return mul(1.0507009873554805, elu(x, { alpha: 1.6732632423543772 }));
}
