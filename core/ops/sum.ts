import { bind } from "../bind.ts";
import { type DType, isFloat } from "../dtype.ts";
import { sumAxes } from "../primitives/broadcast_sum.ts";
import { convert } from "../primitives/convert.ts";
import { div } from "../primitives/div.ts";
import { reduceProdP } from "../primitives/reduce_prod.ts";
import type { Tensor } from "../tensor.ts";
import { countOf, reduce, type ReduceOptions } from "./_axes.ts";
import { inWide } from "./_precision.ts";

/**
 * Sum over axes; of nothing it is 0. Half-precision floats are accumulated in f32, bool and small
 * integers give 32-bit integers.
 *
 * @param x any dtype
 * @param options `axes`: all by default; `keepDims`
 * @example Sum of the columns
 * ```ts
 * import { sum, tensor } from "../mod.ts";
 * const y = sum(tensor([[1, 2], [3, 4]]), { axes: 0 });
 * if (y.shape.join() !== "2") throw new Error("unexpected shape");
 * ```
 */
export function sum(x: Tensor, options: ReduceOptions = {}): Tensor {
  return reduce("sum", convert(x, accumulatorOf(x.dtype)), options, sumAxes);
}

/** Product over axes; of nothing it is 1. Dtypes as in `sum`. */
export function prod(x: Tensor, options: ReduceOptions = {}): Tensor {
  return reduce("prod", convert(x, accumulatorOf(x.dtype)), options, (wide, axes) => {
    return axes.length === 0 ? wide : bind(reduceProdP, [wide], { axes })[0];
  });
}

/** Mean over axes, in f32 for integers; of nothing it is NaN. */
export function mean(x: Tensor, options: ReduceOptions = {}): Tensor {
  return reduce("mean", x, options, (y, axes) => {
    return inWide(y, (wide) => div(sumAxes(wide, axes), countOf(x.shape, axes)));
  });
}

function accumulatorOf(dtype: DType): DType {
  if (isFloat(dtype)) return dtype;
  return dtype === "u8" || dtype === "u16" || dtype === "u32" ? "u32" : "i32";
}
