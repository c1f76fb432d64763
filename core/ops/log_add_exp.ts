import { add } from "../primitives/add.ts";
import { alike, type Operand } from "../primitives/_binary.ts";
import { bitwiseAnd, bitwiseNot } from "../primitives/bitwise.ts";
import { equal, greater, less } from "../primitives/compare.ts";
import { div } from "../primitives/div.ts";
import { exp } from "../primitives/exp.ts";
import { expm1 } from "../primitives/expm1.ts";
import { isNan } from "../primitives/is_finite.ts";
import { log } from "../primitives/log.ts";
import { log1p } from "../primitives/log1p.ts";
import { maximum, minimum } from "../primitives/max_min.ts";
import { mul } from "../primitives/mul.ts";
import { neg } from "../primitives/neg.ts";
import { where } from "../primitives/select.ts";
import { sub } from "../primitives/sub.ts";
import type { Tensor } from "../tensor.ts";

/** ln(eˣ + eʸ) without overflow: max + ln(1 + e^(min - max)). */
export function logAddExp(x: Operand, y: Operand): Tensor {
  const [a, b] = alike("logAddExp", x, y);
  const large = maximum(a, b);
  const gap = sub(minimum(a, b), large);
  // Equal infinities have no difference.
  return where(isNan(gap), add(a, b), add(large, log1p(exp(gap))));
}

/** log₂(2ˣ + 2ʸ) without overflow. */
export function logAddExp2(x: Operand, y: Operand): Tensor {
  const [a, b] = alike("logAddExp2", x, y);
  return div(logAddExp(mul(a, Math.LN2), mul(b, Math.LN2)), Math.LN2);
}

/**
 * ln(1 - e⁻ˣ) for x above 0, without cancellation.
 *
 * @see Mächler 2012, "Accurately computing log(1 - exp(-|a|))"
 */
export function log1mExp(x: Tensor): Tensor {
  const near = less(x, Math.LN2);
  // Each side gets a harmless operand where the other one is chosen.
  const small = log(neg(expm1(neg(where(near, x, 1)))));
  return where(near, small, log1p(neg(exp(neg(where(near, 1, x))))));
}

/** x ln y, and 0 where x is 0 and y is no NaN. */
export function xlogy(x: Operand, y: Operand): Tensor {
  const [a, b] = alike("xlogy", x, y);
  const regular = bitwiseAnd(greater(b, 0), less(b, Infinity));
  const zero = bitwiseAnd(equal(a, 0), bitwiseNot(isNan(b)));
  return mul(a, log(where(bitwiseAnd(zero, bitwiseNot(regular)), 1, b)));
}
