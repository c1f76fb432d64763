import { sumAxes } from "../primitives/broadcast_sum.ts";
import { equal, notEqual } from "../primitives/compare.ts";
import { convert } from "../primitives/convert.ts";
import type { Tensor } from "../tensor.ts";
import { reduce, type ReduceOptions } from "./_axes.ts";

/** Whether any element is not zero, over axes; of nothing false. NaN is not zero. */
export function any(x: Tensor, options: ReduceOptions = {}): Tensor {
  return notEqual(countNonzero(x, options), 0);
}

/** Whether every element is not zero, over axes; of nothing true. NaN is not zero. */
export function all(x: Tensor, options: ReduceOptions = {}): Tensor {
  return equal(count(equal(x, 0), options), 0);
}

/** Number of elements that are not zero, over axes, i32. */
export function countNonzero(x: Tensor, options: ReduceOptions = {}): Tensor {
  return count(notEqual(x, 0), options);
}

function count(x: Tensor, options: ReduceOptions): Tensor {
  return reduce("count", convert(x, "i32"), options, sumAxes);
}
