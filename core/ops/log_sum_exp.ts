import { sizeOf } from "../shape.ts";
import { add } from "../primitives/add.ts";
import { sumAxes } from "../primitives/broadcast_sum.ts";
import { exp } from "../primitives/exp.ts";
import { isFinite } from "../primitives/is_finite.ts";
import { log } from "../primitives/log.ts";
import { reshape } from "../primitives/reshape.ts";
import { where } from "../primitives/select.ts";
import { stopGradient } from "../primitives/stop_gradient.ts";
import { sub } from "../primitives/sub.ts";
import type { Tensor } from "../tensor.ts";
import { keptShape, reduce, type ReduceOptions } from "./_axes.ts";
import { maxAxes } from "./extremum.ts";
import { inWide } from "./_precision.ts";

/**
 * ln Σ eˣ over axes, computed as m + ln Σ e^(x - m) with m = max x, so that it does not overflow.
 *
 * All -∞, or nothing, gives -∞; the derivative there is NaN.
 */
export function logSumExp(x: Tensor, options: ReduceOptions = {}): Tensor {
  return reduce("logSumExp", x, options, (y, axes) => inWide(y, (wide) => over(wide, axes)));
}

function over(x: Tensor, axes: readonly number[]): Tensor {
  if (sizeOf(x.shape) === 0) return log(sumAxes(exp(x), axes));
  const top = stopGradient(maxAxes(x, axes));
  const shift = where(isFinite(top), top, 0);
  const shifted = sub(x, reshape(shift, keptShape(x.shape, axes)));
  return add(shift, log(sumAxes(exp(shifted), axes)));
}
