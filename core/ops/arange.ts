import { type DType, isFloat } from "../dtype.ts";
import { add } from "../primitives/add.ts";
import { convert } from "../primitives/convert.ts";
import { iota } from "../primitives/iota.ts";
import { mul } from "../primitives/mul.ts";
import type { Tensor } from "../tensor.ts";

/**
 * start, start + step, ... below `stop` (above it for negative steps).
 *
 * @param start first element
 * @param stop excluded
 * @param options `step`: default 1; `dtype`: default i32 if all three are whole numbers, else f32
 * @throws {RangeError} if the step is 0
 */
export function arange(
  start: number,
  stop: number,
  options: { readonly step?: number; readonly dtype?: DType } = {},
): Tensor {
  const { step = 1 } = options;
  if (step === 0) {
    throw new RangeError(`Cannot arange from ${start} to ${stop}: the step is 0; choose another`);
  }
  const whole = [start, stop, step].every(Number.isInteger);
  const dtype = options.dtype ?? (whole ? "i32" : "f32");
  const count = Math.max(0, Math.ceil((stop - start) / step));
  const wide = whole && !isFloat(dtype) ? "i32" : "f32";
  const steps = iota([count], { axis: 0, dtype: wide });
  return convert(affine(steps, step, start), dtype);
}

/**
 * `count` numbers from `start` to `stop` at equal distances.
 *
 * @param start first element
 * @param stop last element, or the one after it
 * @param options `count`: default 50; `endpoint`: whether `stop` is the last one, default true
 */
export function linspace(
  start: number,
  stop: number,
  options: { readonly count?: number; readonly endpoint?: boolean; readonly dtype?: DType } = {},
): Tensor {
  const { count = 50, endpoint = true } = options;
  const parts = endpoint ? count - 1 : count;
  const steps = iota([count], { axis: 0, dtype: "f32" });
  const points = affine(steps, parts > 0 ? (stop - start) / parts : 0, start);
  return convert(points, options.dtype ?? "f32");
}

function affine(x: Tensor, scale: number, offset: number): Tensor {
  const scaled = scale === 1 ? x : mul(x, scale);
  return offset === 0 ? scaled : add(scaled, offset);
}
