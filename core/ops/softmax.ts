import { exp } from "../primitives/exp.ts";
import { div } from "../primitives/div.ts";
import { sub } from "../primitives/sub.ts";
import { log } from "../primitives/log.ts";
import { stopGradient } from "../primitives/stop_gradient.ts";
import type { Tensor } from "../tensor.ts";
import { max } from "./extremum.ts";
import { inWide } from "./_precision.ts";
import { sum } from "./sum.ts";

/** Options of softmax: the axis of the classes, the last by default. */
export type SoftmaxOptions = { readonly axis?: number };

/**
 * Softmax along an axis: y = e^(x - max x) / Σ e^(x - max x). A row of -∞ is NaN.
 *
 * @param x float; integers are taken as f32
 * @param options `axis`: the last by default
 * @example Probabilities of two classes
 * ```ts
 * import { softmax, tensor } from "../mod.ts";
 * const y = softmax(tensor([[0, 0]]));
 * if (y.shape.join() !== "1,2") throw new Error("unexpected shape");
 * ```
 */
export function softmax(x: Tensor, options: SoftmaxOptions = {}): Tensor {
  return along(options, x, (shifted, axes) => {
    const weights = exp(shifted);
    return div(weights, sum(weights, { axes, keepDims: true }));
  });
}

/** Logarithm of `softmax`: y = x - max x - ln Σ e^(x - max x). */
export function logSoftmax(x: Tensor, options: SoftmaxOptions = {}): Tensor {
  return along(options, x, (shifted, axes) => {
    return sub(shifted, log(sum(exp(shifted), { axes, keepDims: true })));
  });
}

/** Applies `f` to x - max x in at least f32; the shift has no derivative because it cancels. */
function along(
  options: SoftmaxOptions,
  x: Tensor,
  f: (shifted: Tensor, axes: number) => Tensor,
): Tensor {
  const axes = options.axis ?? -1;
  if (x.shape.at(axes) === 0) return inWide(x, (wide) => wide);
  return inWide(x, (wide) => {
    return f(sub(wide, stopGradient(max(wide, { axes, keepDims: true }))), axes);
  });
}
