import type { Operand } from "../primitives/_binary.ts";
import { abs, sign } from "../primitives/abs_sign.ts";
import { add } from "../primitives/add.ts";
import { less } from "../primitives/compare.ts";
import { div } from "../primitives/div.ts";
import { log } from "../primitives/log.ts";
import { log1p } from "../primitives/log1p.ts";
import { mul } from "../primitives/mul.ts";
import { neg } from "../primitives/neg.ts";
import { where } from "../primitives/select.ts";
import { sqrt } from "../primitives/sqrt.ts";
import { sub } from "../primitives/sub.ts";
import { tan } from "../primitives/tan.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { uniform } from "./uniform.ts";

/** Further distributions, in f32: functions of a uniform sample u. */

/** Samples of the Laplace distribution: sign(u) ln(1 - |u|), u uniform in (-1, 1). */
export function laplace(from: Tensor, shape: Shape): Tensor {
  const u = uniform(from, shape, { minval: -1 + 2 ** -24, maxval: 1 });
  return mul(sign(u), log1p(neg(abs(u))));
}

/** Samples of the logistic distribution: ln u - ln(1 - u), u uniform in (0, 1). */
export function logistic(from: Tensor, shape: Shape): Tensor {
  const u = uniform(from, shape, { minval: 2 ** -126 });
  return sub(log(u), log1p(neg(u)));
}

/** Samples of the Cauchy distribution: tan(π (u - 1/2)), u uniform in (0, 1). */
export function cauchy(from: Tensor, shape: Shape): Tensor {
  const u = uniform(from, shape, { minval: 2 ** -23 });
  return tan(mul(sub(u, 0.5), Math.PI));
}

/** Options of `triangular`. */
export type TriangularOptions = {
  readonly left: Operand;
  /** Where the density is highest. */
  readonly mode: Operand;
  readonly right: Operand;
};

/** Samples of the triangular distribution, by its inverse. */
export function triangular(from: Tensor, shape: Shape, options: TriangularOptions): Tensor {
  const { left, mode, right } = options;
  const [width, rise, fall] = [sub(right, left), sub(mode, left), sub(right, mode)];
  const u = uniform(from, shape);
  const low = add(left, sqrt(mul(mul(u, width), rise)));
  const high = sub(right, sqrt(mul(mul(sub(1, u), width), fall)));
  return where(less(u, div(rise, width)), low, high);
}
