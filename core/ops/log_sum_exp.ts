import { normalizeAxes, sizeOf } from "../shape.ts";
import { alike } from "../primitives/_binary.ts";
import { abs, sign } from "../primitives/abs_sign.ts";
import { add } from "../primitives/add.ts";
import { sumAxes } from "../primitives/broadcast_sum.ts";
import { equal, less } from "../primitives/compare.ts";
import { exp } from "../primitives/exp.ts";
import { isFinite } from "../primitives/is_finite.ts";
import { log } from "../primitives/log.ts";
import { mul } from "../primitives/mul.ts";
import { reshape } from "../primitives/reshape.ts";
import { where } from "../primitives/select.ts";
import { stopGradient } from "../primitives/stop_gradient.ts";
import { sub } from "../primitives/sub.ts";
import type { Tensor } from "../tensor.ts";
import { countOf, keptShape, reduce, type ReduceOptions } from "./_axes.ts";
import { max } from "./extremum.ts";
import { inWide } from "./_precision.ts";

/** Options of `logSumExp`. */
export type LogSumExpOptions = ReduceOptions & {
  /** Factors of the exponentials, which broadcast; default 1. A negative sum gives NaN. */
  readonly weights?: Tensor;
};

/**
 * ln Σ eˣ over axes, computed as m + ln Σ e^(x - m) with m = max x, so that it does not overflow; with
 * weights w it is ln Σ w eˣ.
 *
 * All -∞, or nothing, gives -∞; the derivative there is NaN.
 */
export function logSumExp(x: Tensor, options: LogSumExpOptions = {}): Tensor {
  const { weights } = options;
  if (!weights) {
    return reduce("logSumExp", x, options, (y, axes) => inWide(y, (w) => over(w, axes)));
  }
  const [size, sign] = signedLogSumExp(x, { ...options, weights });
  return where(less(sign, 0), NaN, size);
}

/**
 * Sign and logarithm of the size of Σ w eˣ, whose weights may be negative.
 *
 * @param x floats
 * @param options `weights` broadcast against `x`; `axes`, `keepDims`
 */
export function signedLogSumExp(
  x: Tensor,
  options: ReduceOptions & { readonly weights: Tensor },
): readonly [logAbs: Tensor, sign: Tensor] {
  const [y, w] = alike("logSumExp", x, options.weights);
  const axes = normalizeAxes(options.axes, y.shape.length, "logSumExp");
  const shape = options.keepDims
    ? keptShape(y.shape, axes)
    : y.shape.filter((_, axis) => !axes.includes(axis));
  // What counts nothing must not decide the shift.
  const counted = where(equal(w, 0), -Infinity, y);
  const shift = shiftOf(counted, axes);
  const terms = exp(sub(counted, reshape(shift, keptShape(y.shape, axes))));
  const total = sumAxes(mul(w, terms), axes);
  return [reshape(add(shift, log(abs(total))), shape), reshape(sign(total), shape)];
}

/** Mean instead of sum: ln(Σ eˣ / n). */
export function logMeanExp(x: Tensor, options: ReduceOptions = {}): Tensor {
  const axes = normalizeAxes(options.axes, x.shape.length, "logMeanExp");
  return sub(logSumExp(x, options), Math.log(countOf(x.shape, axes)));
}

function over(x: Tensor, axes: readonly number[]): Tensor {
  if (sizeOf(x.shape) === 0) return log(sumAxes(exp(x), axes));
  const shift = shiftOf(x, axes);
  const shifted = sub(x, reshape(shift, keptShape(x.shape, axes)));
  return add(shift, log(sumAxes(exp(shifted), axes)));
}

/** The largest elements where they are finite, else 0. They cancel, so they have no derivative. */
function shiftOf(x: Tensor, axes: readonly number[]): Tensor {
  const top = stopGradient(max(x, { axes }));
  return where(isFinite(top), top, 0);
}
