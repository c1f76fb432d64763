import { convert, type Tensor } from "../core/mod.ts";
import { type GainAndBias, normalized, scaleAndShift, trailingAxes } from "./_normalized.ts";
import { widened } from "./_wide.ts";

/** Parameters of a layer norm: gain `weight` [D] and `bias` [D], each if there is one. */
export type LayerNormParams = GainAndBias;

/** Options of `layerNorm`. */
export type LayerNormOptions = {
  /** Added to the variance, so in the unit of x squared. Default 1e-5. */
  readonly eps?: number;
  /** How many of the last axes are normalized. Default: as many as the parameters have, or one. */
  readonly trailing?: number;
};

/**
 * Layer normalization: y = g · (x - mean x) / √(var x + eps) + b, over the last axis, or over as
 * many of the last axes as the parameters have.
 *
 * Mean and variance are taken in float32 whatever the dtype, in two passes: first the mean, then the
 * mean square of what is left, which does not cancel.
 *
 * @param params `weight` [D], `bias` [D]; or [...S] for several axes
 * @param x [..., D]
 * @param options `eps`, `trailing`
 * @returns [..., D], dtype of `x`
 * @throws {ShapeError} if the last sides of `x` are not those of the parameters
 * @see Ba et al. 2016, arXiv:1607.06450
 */
export function layerNorm(
  params: LayerNormParams,
  x: Tensor,
  options: LayerNormOptions = {},
): Tensor {
  const axes = trailingAxes("layerNorm", x, params, options.trailing);
  const unit = normalized(widened(x), axes, options.eps ?? 1e-5);
  return convert(scaleAndShift(unit, params), x.dtype);
}
