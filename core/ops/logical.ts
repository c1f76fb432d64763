import { bitwiseAnd, bitwiseNot, bitwiseOr, bitwiseXor } from "../primitives/bitwise.ts";
import { convert } from "../primitives/convert.ts";
import type { Tensor } from "../tensor.ts";

/** Logic on any dtype: what is not zero, NaN included, is true. */

/** Whether both x and y hold. */
export function logicalAnd(x: Tensor, y: Tensor): Tensor {
  return bitwiseAnd(truth(x), truth(y));
}

/** Whether x or y holds. */
export function logicalOr(x: Tensor, y: Tensor): Tensor {
  return bitwiseOr(truth(x), truth(y));
}

/** Whether exactly one of x and y holds. */
export function logicalXor(x: Tensor, y: Tensor): Tensor {
  return bitwiseXor(truth(x), truth(y));
}

/** Whether x does not hold. */
export function logicalNot(x: Tensor): Tensor {
  return bitwiseNot(truth(x));
}

function truth(x: Tensor): Tensor {
  return convert(x, "bool");
}
