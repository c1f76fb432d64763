import { add, convert, mean, mul, rsqrt, ShapeError, square, type Tensor } from "../core/mod.ts";
import { formatShape } from "../core/internal.ts";

/** Parameters of a root-mean-square norm: the gain `weight` [D] if there is one. */
export type RmsNormParams = { readonly weight?: Tensor };

/** Options of `rmsNorm`. */
export type RmsNormOptions = {
  /** Added to the mean square, so in the unit of x squared; a checkpoint's `rms_norm_eps`. */
  readonly eps?: number;
};

/**
 * Root-mean-square normalization: y = g · x / √(mean(x²) + eps), over the last axis.
 *
 * The mean is taken in float32 whatever the dtype, as in the reference implementation.
 *
 * @param params `weight` [D]: the gain g
 * @param x [..., D]
 * @param options `eps`, default 1e-6
 * @returns [..., D], dtype of `x`
 * @throws {ShapeError} if the last side of `x` is not D
 * @see Zhang & Sennrich 2019, arXiv:1910.07467, eq. 4
 */
export function rmsNorm(params: RmsNormParams, x: Tensor, options: RmsNormOptions = {}): Tensor {
  const { weight } = params;
  if (weight && x.shape[x.shape.length - 1] !== weight.shape[0]) {
    throw new ShapeError(
      `Cannot normalize ${formatShape(x.shape)}: its last side differs from the ` +
        `${weight.shape[0]} gains; pass the layer's own parameters`,
      "rmsNorm",
      [x.shape, weight.shape],
    );
  }
  const wide = convert(x, x.dtype === "f64" ? "f64" : "f32");
  const meanSquare = mean(square(wide), { axes: [-1], keepDims: true }); // [..., 1]
  const unit = mul(wide, rsqrt(add(meanSquare, options.eps ?? 1e-6)));
  return convert(weight ? mul(unit, convert(weight, wide.dtype)) : unit, x.dtype);
}
