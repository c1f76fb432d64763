import { sum } from "../ops/sum.ts";
import { add } from "../primitives/add.ts";
import type { Operand } from "../primitives/_binary.ts";
import { lessEqual } from "../primitives/compare.ts";
import { div } from "../primitives/div.ts";
import { exp } from "../primitives/exp.ts";
import { log } from "../primitives/log.ts";
import { log1p } from "../primitives/log1p.ts";
import { mul } from "../primitives/mul.ts";
import { neg } from "../primitives/neg.ts";
import { pow, square } from "../primitives/pow.ts";
import { where } from "../primitives/select.ts";
import { sqrt } from "../primitives/sqrt.ts";
import { sub } from "../primitives/sub.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { rademacher } from "./discrete.ts";
import { exponential } from "./gumbel.ts";
import { splitKey } from "./key.ts";
import { normal } from "./normal.ts";
import { uniform } from "./uniform.ts";

/** Distributions on the positive numbers (but for one), in f32; parameters are numbers or tensors that broadcast. */

/** Samples whose logarithm is normal: e^(sigma z), z standard normal; sigma is 1 by default. */
export function logNormal(
  from: Tensor,
  shape: Shape,
  options: { readonly sigma?: Operand } = {},
): Tensor {
  return exp(mul(normal(from, shape), options.sigma ?? 1));
}

/** Samples of the Pareto distribution on [1, ∞): e^(x / b), x exponential. */
export function pareto(from: Tensor, shape: Shape, options: { readonly b: Operand }): Tensor {
  return exp(div(exponential(from, shape), options.b));
}

/** Samples of the Rayleigh distribution: scale · √(-2 ln u), u uniform in [0, 1). */
export function rayleigh(
  from: Tensor,
  shape: Shape,
  options: { readonly scale?: Operand } = {},
): Tensor {
  return mul(sqrt(mul(log(uniform(from, shape)), -2)), options.scale ?? 1);
}

/** Options of `weibullMin`; `scale` is 1 by default. */
export type WeibullOptions = { readonly concentration: Operand; readonly scale?: Operand };

/** Samples of the Weibull distribution: scale · (-ln(1 - u))^(1 / concentration), u uniform. */
export function weibullMin(from: Tensor, shape: Shape, options: WeibullOptions): Tensor {
  const u = uniform(from, shape);
  const power = pow(neg(log1p(neg(u))), div(1, options.concentration));
  return mul(power, options.scale ?? 1);
}

/** Samples of the Maxwell distribution: the length of a standard normal vector in space. */
export function maxwell(from: Tensor, shape: Shape): Tensor {
  return sqrt(sum(square(normal(from, [...shape, 3])), { axes: -1 }));
}

/** Samples of the Maxwell distribution with a random sign, times a scale (default 1), plus `loc`. */
export function doubleSidedMaxwell(
  from: Tensor,
  shape: Shape,
  options: { readonly loc?: Operand; readonly scale?: Operand } = {},
): Tensor {
  const [size, direction] = splitKey(from);
  const sign = rademacher(direction, shape, { dtype: "f32" });
  return add(mul(mul(sign, maxwell(size, shape)), options.scale ?? 1), options.loc ?? 0);
}

/**
 * Samples of the Wald (inverse normal) distribution with scale 1 and a mean, 1 by default.
 *
 * @see Michael, Schucany & Haas 1976, "Generating random variates using transformations with multiple
 * roots"
 */
export function wald(
  from: Tensor,
  shape: Shape,
  options: { readonly mean?: Operand } = {},
): Tensor {
  const { mean = 1 } = options;
  const [first, second] = splitKey(from);
  const y = square(normal(first, shape));
  const root = sqrt(add(mul(mul(4, y), mean), mul(square(y), mul(mean, mean))));
  const small = sub(add(mean, div(mul(y, mul(mean, mean)), 2)), mul(div(mean, 2), root));
  const isSmall = lessEqual(uniform(second, shape), div(mean, add(mean, small)));
  return where(isSmall, small, div(mul(mean, mean), small));
}
