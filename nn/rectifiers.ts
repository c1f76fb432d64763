import { greaterEqual, lessEqual, mul, square, type Tensor, where } from "../core/mod.ts";

/** max(x, 0), with derivative 0 at 0. */
export function relu(x: Tensor): Tensor {
  return where(lessEqual(x, 0), 0, x);
}

/** min(max(x, 0), 6), with derivative 0 at both kinks. */
export function relu6(x: Tensor): Tensor {
  return relu(where(greaterEqual(x, 6), 6, x));
}

/**
 * max(x, 0)².
 *
 * @see So et al. 2021, arXiv:2109.08668
 */
export function reluSquared(x: Tensor): Tensor {
  return square(relu(x));
}

/** Options of `leakyRelu`: the slope below 0, 0.01 by default. */
export type LeakyReluOptions = { readonly negativeSlope?: number };

/** x from 0 on, a small multiple of x below; the derivative at 0 is 1. */
export function leakyRelu(x: Tensor, options: LeakyReluOptions = {}): Tensor {
  return where(greaterEqual(x, 0), x, mul(options.negativeSlope ?? 0.01, x));
}
