import { alike, type Operand } from "../primitives/_binary.ts";
import { abs } from "../primitives/abs_sign.ts";
import { equal, less } from "../primitives/compare.ts";
import { div } from "../primitives/div.ts";
import { neg } from "../primitives/neg.ts";
import { where } from "../primitives/select.ts";
import type { Tensor } from "../tensor.ts";

/** Whether the sign of a float is negative, also for -0; false for NaN. */
export function signBit(x: Tensor): Tensor {
  return less(where(equal(x, 0), div(1, x), x), 0);
}

/** The size of `x` with the sign of `y`. */
export function copySign(x: Operand, y: Operand): Tensor {
  const [a, b] = alike("copySign", x, y);
  return where(signBit(b), neg(abs(a)), abs(a));
}
