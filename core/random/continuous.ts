import { abs, sign } from "../primitives/abs_sign.ts";
import { log } from "../primitives/log.ts";
import { log1p } from "../primitives/log1p.ts";
import { mul } from "../primitives/mul.ts";
import { neg } from "../primitives/neg.ts";
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
