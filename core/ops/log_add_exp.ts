import { add } from "../primitives/add.ts";
import { alike, type Operand } from "../primitives/_binary.ts";
import { bitwiseAnd, bitwiseNot } from "../primitives/bitwise.ts";
import { equal, greater, less } from "../primitives/compare.ts";
import { exp } from "../primitives/exp.ts";
import { isNan } from "../primitives/is_finite.ts";
import { log } from "../primitives/log.ts";
import { log1p } from "../primitives/log1p.ts";
import { maximum, minimum } from "../primitives/max_min.ts";
import { mul } from "../primitives/mul.ts";
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

/** x ln y, and 0 where x is 0 and y is no NaN. */
export function xlogy(x: Operand, y: Operand): Tensor {
  const [a, b] = alike("xlogy", x, y);
  const regular = bitwiseAnd(greater(b, 0), less(b, Infinity));
  const zero = bitwiseAnd(equal(a, 0), bitwiseNot(isNan(b)));
  return mul(a, log(where(bitwiseAnd(zero, bitwiseNot(regular)), 1, b)));
}
