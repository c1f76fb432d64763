import { convert, reshape, ShapeError, type Tensor } from "../core/mod.ts";
import { formatShape } from "../core/internal.ts";
import { type GainAndBias, normalized, requireChannels, scaleChannels } from "./_normalized.ts";
import { widened } from "./_wide.ts";

/** Parameters of a group or instance norm: gain `weight` [C] and `bias` [C], each if there is one. */
export type GroupNormParams = GainAndBias;

/** Options of `groupNorm`. */
export type GroupNormOptions = {
  /** Number of groups of neighbouring channels; divides C. */
  readonly groups: number;
  /** Added to the variance. Default 1e-5. */
  readonly eps?: number;
};

/**
 * Group normalization: y = g · (x - mean x) / √(var x + eps) + b, with mean and variance over the
 * channels of a group and all positions, for each sample; gain and bias for each channel.
 *
 * @param params `weight` [C], `bias` [C]
 * @param x [B, C, ...S]
 * @param options `groups`, `eps`
 * @returns [B, C, ...S], dtype of `x`; computed in float32
 * @throws {ShapeError} if the groups do not divide the channels, or the parameters do not fit
 * @see Wu & He 2018, arXiv:1803.08494
 * @example Two groups of one channel
 * ```ts
 * import "../mod.ts";
 * import { tensor } from "../core/mod.ts";
 * import { groupNorm } from "./mod.ts";
 * const y = groupNorm({}, tensor([[[1, 3], [5, 9]]]), { groups: 2, eps: 0 });
 * if ((await y.data()).join() !== "-1,1,-1,1") throw new Error("unexpected");
 * ```
 */
export function groupNorm(params: GroupNormParams, x: Tensor, options: GroupNormOptions): Tensor {
  const { groups, eps = 1e-5 } = options;
  requireChannels("groupNorm", x, [params.weight, params.bias]);
  const [batch, channels, ...sides] = x.shape as readonly [number, number, ...number[]];
  if (!(Number.isInteger(groups) && groups >= 1 && channels % groups === 0)) {
    throw new ShapeError(
      `Cannot normalize ${formatShape(x.shape)} in ${groups} groups: they must divide its ` +
        `${channels} channels`,
      "groupNorm",
      [x.shape],
    );
  }
  const grouped = reshape(widened(x), [batch, groups, channels / groups, ...sides]);
  const axes = grouped.shape.map((_, axis) => axis).slice(2);
  const unit = reshape(normalized(grouped, axes, eps), x.shape);
  return convert(scaleChannels(unit, params), x.dtype);
}

/** Options of `instanceNorm`. */
export type InstanceNormOptions = {
  /** Added to the variance. Default 1e-5. */
  readonly eps?: number;
};

/**
 * Instance normalization: group normalization where each channel is a group, so with mean and
 * variance over the positions of one channel of one sample.
 *
 * @param params `weight` [C], `bias` [C]
 * @param x [B, C, ...S]
 * @returns [B, C, ...S], dtype of `x`
 * @throws {ShapeError} if the parameters do not fit
 * @see Ulyanov et al. 2016, arXiv:1607.08022
 */
export function instanceNorm(
  params: GroupNormParams,
  x: Tensor,
  options: InstanceNormOptions = {},
): Tensor {
  requireChannels("instanceNorm", x, [params.weight, params.bias]);
  return groupNorm(params, x, { groups: x.shape[1]!, ...options });
}
