import { add, convert, mean, mul, rsqrt, square, type Tensor } from "../core/mod.ts";
import { scaleAndShift, trailingAxes } from "./_normalized.ts";
import { widened } from "./_wide.ts";

/** Parameters of a root-mean-square norm: the gain `weight` [D] if there is one. */
export type RmsNormParams = { readonly weight?: Tensor };

/** Options of `rmsNorm`. */
export type RmsNormOptions = {
  /** Added to the mean square, so in the unit of x squared; a checkpoint's `rms_norm_eps`. */
  readonly eps?: number;
  /** How many of the last axes are normalized. Default: as many as the gain has, or one. */
  readonly trailing?: number;
};

/**
 * Root-mean-square normalization: y = g · x / √(mean(x²) + eps), over the last axis, or over as many
 * of the last axes as the gain has.
 *
 * The mean is taken in float32 whatever the dtype, as in the reference implementation.
 *
 * @param params `weight` [D]: the gain g; or [...S] for several axes
 * @param x [..., D]
 * @param options `eps`, default 1e-6; `trailing`
 * @returns [..., D], dtype of `x`
 * @throws {ShapeError} if the last sides of `x` are not those of the gain
 * @see Zhang & Sennrich 2019, arXiv:1910.07467, eq. 4
 */
export function rmsNorm(params: RmsNormParams, x: Tensor, options: RmsNormOptions = {}): Tensor {
  const axes = trailingAxes("rmsNorm", x, params, options.trailing);
  const wide = widened(x);
  const meanSquare = mean(square(wide), { axes, keepDims: true }); // [..., 1]
  const unit = mul(wide, rsqrt(add(meanSquare, options.eps ?? 1e-6)));
  return convert(scaleAndShift(unit, params), x.dtype);
}
