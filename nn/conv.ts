import {
  add,
  applyWeight,
  convert,
  reshape,
  ShapeError,
  type Tensor,
  type Weight,
  weightShape,
} from "../core/mod.ts";
import { formatShape } from "../core/internal.ts";

/** Parameters of a convolution: a kernel [O, C / groups, KH, KW] and a bias [O]. */
export type Conv2dParams = { readonly weight: Weight; readonly bias?: Tensor };

/** Geometry of `conv2d`; a number stands for both axes. */
export type Conv2dOptions = {
  /** Default 1. */
  readonly stride?: number | readonly [number, number];
  /** Zeros on both sides. Default 0. */
  readonly padding?: number | readonly [number, number];
  /** Distance of the kernel's taps. Default 1. */
  readonly dilation?: number | readonly [number, number];
  /** Default 1. */
  readonly groups?: number;
};

/**
 * Two-dimensional convolution (cross-correlation), as PyTorch's Conv2d.
 *
 * @param params `weight` [O, C / groups, KH, KW], plain or structured, and `bias` [O]
 * @param x [B, C, H, W]
 * @returns [B, O, H', W']
 * @throws {ShapeError} if `x` or the kernel does not have four axes
 */
export function conv2d(params: Conv2dParams, x: Tensor, options: Conv2dOptions = {}): Tensor {
  const shape = weightShape(params.weight);
  if (x.shape.length !== 4 || shape.length !== 4) {
    throw new ShapeError(
      `Cannot convolve ${formatShape(x.shape)} with ${formatShape(shape)}: [B, C, H, W] and ` +
        `[O, C, KH, KW] are needed`,
      "conv2d",
      [x.shape, shape],
    );
  }
  const y = applyWeight(params.weight, x, {
    kind: "conv",
    stride: both(options.stride ?? 1),
    padding: both(options.padding ?? 0).map((side) => [side, side] as const),
    dilation: both(options.dilation ?? 1),
    groups: options.groups ?? 1,
  });
  if (!params.bias) return y;
  return add(y, reshape(convert(params.bias, y.dtype), [shape[0]!, 1, 1]));
}

function both(value: number | readonly [number, number]): readonly [number, number] {
  return typeof value === "number" ? [value, value] : value;
}
