import { add } from "../primitives/add.ts";
import { alike, type Operand } from "../primitives/_binary.ts";
import { equal, greater, less } from "../primitives/compare.ts";
import { div } from "../primitives/div.ts";
import { erfc } from "../primitives/erf.ts";
import { erfInv } from "../primitives/erf_inv.ts";
import { lgamma } from "../primitives/gamma.ts";
import { log } from "../primitives/log.ts";
import { log1p } from "../primitives/log1p.ts";
import { maximum, minimum } from "../primitives/max_min.ts";
import { mul } from "../primitives/mul.ts";
import { neg } from "../primitives/neg.ts";
import { reciprocal, square } from "../primitives/pow.ts";
import { where } from "../primitives/select.ts";
import { sub } from "../primitives/sub.ts";
import type { Tensor } from "../tensor.ts";
import { xlogy } from "./log_add_exp.ts";

/** Functions of statistics and information, as in scipy.special. */

/** ln(x / (1 - x)), the inverse of `sigmoid`. */
export function logit(x: Tensor): Tensor {
  return sub(log(x), log1p(neg(x)));
}

/** x ln(1 + y), and 0 where x is 0. */
export function xlog1py(x: Operand, y: Operand): Tensor {
  const [a, b] = alike("xlog1py", x, y);
  const zero = equal(a, 0);
  return mul(a, log1p(where(zero, 0, b)));
}

/** ln B(a, b) = ln Γ(a) + ln Γ(b) - ln Γ(a + b), the logarithm of the beta function. */
export function betaLog(a: Operand, b: Operand): Tensor {
  const [x, y] = alike("betaLog", a, b);
  return sub(add(lgamma(x), lgamma(y)), lgamma(add(x, y)));
}

/** -x ln x, the entropy of one outcome: 0 at 0, -∞ below. */
export function entropyTerm(x: Tensor): Tensor {
  return where(less(x, 0), -Infinity, neg(xlogy(x, where(less(x, 0), 1, x))));
}

/** x ln(x / y), the relative entropy of one outcome: 0 where x is 0, ∞ where y alone is. */
export function relativeEntropyTerm(x: Operand, y: Operand): Tensor {
  const [a, b] = alike("relativeEntropyTerm", x, y);
  const both = greater(minimum(a, b), 0);
  const ratio = div(where(both, a, 1), where(both, b, 1));
  const none = where(equal(a, 0), where(less(b, 0), Infinity, 0), Infinity);
  return where(both, mul(a, log(ratio)), none);
}

/** Φ(x), the distribution function of the standard normal distribution. */
export function normalCdf(x: Tensor): Tensor {
  return mul(0.5, erfc(mul(x, -Math.SQRT1_2)));
}

/** The inverse of `normalCdf`: √2 erf⁻¹(2p - 1). */
export function normalQuantile(p: Tensor): Tensor {
  return mul(Math.SQRT2, erfInv(sub(mul(p, 2), 1)));
}

/** ln Φ(x), also far below 0, where Φ(x) itself is 0: there by its asymptotic series. */
export function logNormalCdf(x: Tensor): Tensor {
  const isFar = less(x, -8);
  const near = log(normalCdf(maximum(x, -8)));
  // Φ(x) ≈ e^(-x²/2) / (-x √(2π)) · (1 - 1/x² + 3/x⁴ - 15/x⁶)
  const y = where(isFar, x, -8);
  const r = reciprocal(square(y));
  const series = mul(r, add(-1, mul(r, sub(3, mul(15, r)))));
  const edge = add(mul(0.5, square(y)), add(log(neg(y)), 0.5 * Math.log(2 * Math.PI)));
  return where(isFar, sub(log1p(series), edge), near);
}
