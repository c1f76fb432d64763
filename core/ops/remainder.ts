import { alike, type Operand } from "../primitives/_binary.ts";
import { bind } from "../bind.ts";
import { isFloat } from "../dtype.ts";
import { bitwiseAnd } from "../primitives/bitwise.ts";
import { equal, less, notEqual } from "../primitives/compare.ts";
import { add } from "../primitives/add.ts";
import { div, divP } from "../primitives/div.ts";
import { rem } from "../primitives/rem.ts";
import { round, trunc } from "../primitives/rounding.ts";
import { where } from "../primitives/select.ts";
import { sub } from "../primitives/sub.ts";
import type { Tensor } from "../tensor.ts";

/** x - floor(x / y) · y: it has the sign of the divisor. */
export function remainder(x: Operand, y: Operand): Tensor {
  const [a, b] = alike("remainder", x, y);
  const rest = rem(a, b);
  return where(differs(rest, b), add(rest, b), rest);
}

/** floor(x / y), from the remainder, so that it is exact. A float divided by 0 is infinite. */
export function floorDivide(x: Operand, y: Operand): Tensor {
  const [a, b] = alike("floorDivide", x, y);
  const rest = rem(a, b);
  const whole = isFloat(a.dtype)
    ? where(equal(b, 0), div(a, b), round(div(sub(a, rest), b)))
    : bind(divP, [a, b], null)[0];
  return where(differs(rest, b), sub(whole, 1), whole);
}

/** x / y cut towards zero; of integers -1 (all bits set) where y is 0. */
export function truncDivide(x: Operand, y: Operand): Tensor {
  const [a, b] = alike("truncDivide", x, y);
  const whole = bind(divP, [a, b], null)[0];
  return isFloat(a.dtype) ? trunc(whole) : whole;
}

/** Whether a remainder is not zero and its sign is not the divisor's. */
function differs(rest: Tensor, divisor: Tensor): Tensor {
  return bitwiseAnd(notEqual(rest, 0), notEqual(less(rest, 0), less(divisor, 0)));
}
