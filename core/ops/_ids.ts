import { type DType, integerRange, isFloat } from "../dtype.ts";
import { add } from "../primitives/add.ts";
import { less } from "../primitives/compare.ts";
import { constant } from "../primitives/constant.ts";
import { widened } from "../primitives/_row_ids.ts";
import { where } from "../primitives/select.ts";
import type { Tensor } from "../tensor.ts";

/** Negative indices counted from the end of an axis. */
export function fromEnd(ids: Tensor, count: number): Tensor {
  const wide = widened(ids);
  return wide.dtype === "u32" ? wide : where(less(wide, 0), add(wide, count), wide);
}

/** The scalar that stands for an element out of range. */
export function fillOf(dtype: DType): Tensor {
  if (isFloat(dtype)) return constant(NaN, dtype);
  const [least, greatest] = integerRange(dtype);
  return constant(least < 0 ? least : greatest, dtype);
}
