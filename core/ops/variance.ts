import { sumAxes } from "../primitives/broadcast_sum.ts";
import { div } from "../primitives/div.ts";
import { mul } from "../primitives/mul.ts";
import { reshape } from "../primitives/reshape.ts";
import { sqrt } from "../primitives/sqrt.ts";
import { sub } from "../primitives/sub.ts";
import type { Tensor } from "../tensor.ts";
import { countOf, keptShape, reduce, type ReduceOptions } from "./_axes.ts";
import { inWide } from "./_precision.ts";

/** Options of `variance` and `std`; `ddof` is what the divisor lacks of the count, 0 by default. */
export type VarianceOptions = ReduceOptions & { readonly ddof?: number };

/** Variance over axes: Σ (x - mean)² / (n - ddof). NaN where n is not above ddof. */
export function variance(x: Tensor, options: VarianceOptions = {}): Tensor {
  return spread("variance", x, options, (v) => v);
}

/** Standard deviation over axes: the square root of `variance`. */
export function std(x: Tensor, options: VarianceOptions = {}): Tensor {
  return spread("std", x, options, sqrt);
}

function spread(
  op: string,
  x: Tensor,
  options: VarianceOptions,
  finish: (v: Tensor) => Tensor,
): Tensor {
  return reduce(op, x, options, (y, axes) => {
    const count = countOf(x.shape, axes);
    return inWide(y, (wide) => {
      const mean = div(sumAxes(wide, axes), count);
      const centered = sub(wide, reshape(mean, keptShape(x.shape, axes)));
      const divisor = Math.max(0, count - (options.ddof ?? 0));
      return finish(div(sumAxes(mul(centered, centered), axes), divisor));
    });
  });
}
