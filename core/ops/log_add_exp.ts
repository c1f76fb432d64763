import { add } from "../primitives/add.ts";
import { abs } from "../primitives/abs_sign.ts";
import type { Operand } from "../primitives/_binary.ts";
import { equal, notEqual } from "../primitives/compare.ts";
import { exp } from "../primitives/exp.ts";
import { log } from "../primitives/log.ts";
import { log1p } from "../primitives/log1p.ts";
import { maximum } from "../primitives/max_min.ts";
import { mul } from "../primitives/mul.ts";
import { neg } from "../primitives/neg.ts";
import { where } from "../primitives/select.ts";
import { sub } from "../primitives/sub.ts";
import type { Tensor } from "../tensor.ts";

/** ln(eˣ + eʸ) without overflow. */
export function logAddExp(x: Operand, y: Operand): Tensor {
  const difference = sub(x, y);
  // Equal infinities have no difference; NaN stays NaN.
  const lost = notEqual(difference, difference);
  return where(
    lost,
    add(x, y),
    add(maximum(x, y), log1p(exp(neg(abs(difference))))),
  );
}

/** x ln y, and 0 where x is 0. */
export function xlogy(x: Tensor, y: Tensor): Tensor {
  const zero = equal(x, 0);
  return where(zero, 0, mul(x, log(where(zero, 1, y))));
}
