import {
  add,
  convert,
  mean,
  mul,
  rsqrt,
  ShapeError,
  square,
  sub,
  type Tensor,
} from "../core/mod.ts";
import { formatShape } from "../core/internal.ts";

/** Parameters of a layer norm: gain `weight` [D] and `bias` [D], each if there is one. */
export type LayerNormParams = { readonly weight?: Tensor; readonly bias?: Tensor };

/** Options of `layerNorm`. */
export type LayerNormOptions = {
  /** Added to the variance, so in the unit of x squared. Default 1e-5. */
  readonly eps?: number;
};

/**
 * Layer normalization: y = g · (x - mean x) / √(var x + eps) + b, over the last axis.
 *
 * Mean and variance are taken in float32 whatever the dtype, in two passes: first the mean, then the
 * mean square of what is left, which does not cancel.
 *
 * @param params `weight` [D], `bias` [D]
 * @param x [..., D]
 * @param options `eps`
 * @returns [..., D], dtype of `x`
 * @throws {ShapeError} if the last side of `x` is not D
 * @see Ba et al. 2016, arXiv:1607.06450
 */
export function layerNorm(
  params: LayerNormParams,
  x: Tensor,
  options: LayerNormOptions = {},
): Tensor {
  const size = params.weight?.shape[0] ?? params.bias?.shape[0];
  if (size !== undefined && x.shape[x.shape.length - 1] !== size) {
    throw new ShapeError(
      `Cannot normalize ${formatShape(x.shape)}: its last side differs from the ${size} gains; ` +
        `pass the layer's own parameters`,
      "layerNorm",
      [x.shape],
    );
  }
  const wide = convert(x, x.dtype === "f64" ? "f64" : "f32");
  const centred = sub(wide, mean(wide, { axes: [-1], keepDims: true }));
  const variance = mean(square(centred), { axes: [-1], keepDims: true }); // [..., 1]
  const unit = mul(centred, rsqrt(add(variance, options.eps ?? 1e-5)));
  const scaled = params.weight ? mul(unit, convert(params.weight, wide.dtype)) : unit;
  const shifted = params.bias ? add(scaled, convert(params.bias, wide.dtype)) : scaled;
  return convert(shifted, x.dtype);
}
