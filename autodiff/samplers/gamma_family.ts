import {
  abs,
  add,
  div,
  exp,
  expandDims,
  exponential,
  maximum,
  mul,
  normal,
  type Operand,
  pow,
  rademacher,
  type Shape,
  softmax,
  splitKey,
  sqrt,
  sub,
  sum,
  type Tensor,
} from "../../core/mod.ts";
import { gamma, logGamma } from "./gamma.ts";
import { spread } from "./_spread.ts";

/** Distributions whose samples are made of gamma samples, in f32; parameters broadcast. */

/** Samples of the beta distribution, with density proportional to x^(a - 1) (1 - x)^(b - 1). */
export function beta(
  from: Tensor,
  shape: Shape,
  options: { readonly a: Operand; readonly b: Operand },
): Tensor {
  const [first, second] = splitKey(from);
  const x = logGamma(first, shape, { a: options.a });
  const y = logGamma(second, shape, { a: options.b });
  const top = maximum(x, y);
  const [large, small] = [exp(sub(x, top)), exp(sub(y, top))];
  return div(large, add(large, small));
}

/**
 * Samples of the Dirichlet distribution: positive vectors with sum 1.
 *
 * @param from one key [2]
 * @param alpha concentrations [..., N], above 0
 * @param options `shape`: of the samples without their last axis, by default that of `alpha`
 * @returns [...shape, N]
 */
export function dirichlet(
  from: Tensor,
  alpha: Tensor,
  options: { readonly shape?: Shape } = {},
): Tensor {
  const lead = options.shape ?? alpha.shape.slice(0, -1);
  return softmax(logGamma(from, [...lead, ...alpha.shape.slice(-1)], { a: alpha }));
}

/** Samples of the χ² distribution with `df` degrees of freedom. */
export function chiSquare(
  from: Tensor,
  shape: Shape,
  options: { readonly df: Operand },
): Tensor {
  return mul(2, exp(logGamma(from, shape, { a: div(options.df, 2) })));
}

/** Samples of Student's t distribution with `df` degrees of freedom. */
export function studentT(
  from: Tensor,
  shape: Shape,
  options: { readonly df: Operand },
): Tensor {
  const [first, second] = splitKey(from);
  const half = spread(div(options.df, 2), shape);
  return mul(normal(first, shape), sqrt(div(half, gamma(second, shape, { a: half }))));
}

/** Samples of the F distribution: a ratio of two χ² samples, each over its degrees of freedom. */
export function fisherF(
  from: Tensor,
  shape: Shape,
  options: { readonly dfnum: Operand; readonly dfden: Operand },
): Tensor {
  const { dfnum, dfden } = options;
  const [below, above] = splitKey(from);
  const mean = (key: Tensor, df: Operand): Tensor => div(chiSquare(key, shape, { df }), df);
  return div(mean(above, dfnum), mean(below, dfden));
}

/** Samples with density proportional to e^(-|x|^p). */
export function generalizedNormal(
  from: Tensor,
  shape: Shape,
  options: { readonly p: number },
): Tensor {
  const { p } = options;
  const [first, second] = splitKey(from);
  const size = pow(gamma(first, shape, { a: 1 / p }), 1 / p);
  return mul(rademacher(second, shape, { dtype: "f32" }), size);
}

/**
 * Points of the unit ball of `d` dimensions, uniform, for the p-norm (default: 2).
 *
 * @returns [...shape, d]
 * @see Barthe et al. 2005, "A probabilistic approach to the geometry of the lₚⁿ-ball"
 */
export function ball(
  from: Tensor,
  shape: Shape,
  options: { readonly d: number; readonly p?: number },
): Tensor {
  const { d, p = 2 } = options;
  const [first, second] = splitKey(from);
  const x = generalizedNormal(first, [...shape, d], { p });
  const size = add(sum(pow(abs(x), p), { axes: -1 }), exponential(second, shape));
  return div(x, expandDims(pow(size, 1 / p), -1));
}
