import {
  abs,
  add,
  div,
  logAddExp,
  mul,
  neg,
  sigmoid,
  sqrt,
  square,
  tanh,
  type Tensor,
} from "../core/mod.ts";
import { inWide } from "./_wide.ts";

/** x · σ(x), also called swish. */
export function silu(x: Tensor): Tensor {
  return mul(x, sigmoid(x));
}

/** ln(1 + eˣ), without overflow. Half precision is computed in float32. */
export function softplus(x: Tensor): Tensor {
  return inWide(x, (wide) => logAddExp(wide, 0));
}

/** ln σ(x) = -softplus(-x), without cancellation. */
export function logSigmoid(x: Tensor): Tensor {
  return neg(softplus(neg(x)));
}

/**
 * x · tanh(softplus(x)).
 *
 * @see Misra 2019, arXiv:1908.08681
 */
export function mish(x: Tensor): Tensor {
  return mul(x, tanh(softplus(x)));
}

/** Options of `squareplus`: how wide the bend is, 4 by default. */
export type SquareplusOptions = { readonly b?: number };

/**
 * (x + √(x² + b)) / 2: a softplus without exponentials.
 *
 * @see Barron 2021, arXiv:2112.11687
 */
export function squareplus(x: Tensor, options: SquareplusOptions = {}): Tensor {
  return div(add(x, sqrt(add(square(x), options.b ?? 4))), 2);
}

/** x / (1 + |x|). */
export function softSign(x: Tensor): Tensor {
  return div(x, add(1, abs(x)));
}
