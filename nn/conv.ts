import { add, applyWeight, convert, type Tensor, type Weight, weightShape } from "../core/mod.ts";
import { range } from "../core/internal.ts";
import { ofChannels } from "./_normalized.ts";
import { eachAxis, requireRank, samePadding } from "./_spatial.ts";
import type { PerAxis } from "./per_axis.ts";

/** Parameters of a convolution: a kernel [O, C / groups, ...K] and a bias [O]. */
export type ConvParams = { readonly weight: Weight; readonly bias?: Tensor };

/** Geometry of a convolution; a number stands for every spatial axis. */
export type ConvLayerOptions = {
  /** Default 1. */
  readonly stride?: PerAxis;
  /**
   * Zeros on both sides; or "same": as many as make the result side / stride, rounded up, an odd one
   * after. Default 0.
   */
  readonly padding?: PerAxis | "same";
  /** Distance of the kernel's taps. Default 1. */
  readonly dilation?: PerAxis;
  /** Groups of channels that see only their own; divides C and O. Default 1. */
  readonly groups?: number;
};

/**
 * One-dimensional convolution (cross-correlation), as PyTorch's Conv1d.
 *
 * @param params `weight` [O, C / groups, K], plain or structured, and `bias` [O]
 * @param x [B, C, T]
 * @returns [B, O, T'], T' = ⌊(T + 2 padding - dilation (K - 1) - 1) / stride⌋ + 1
 * @throws {ShapeError} if `x` or the kernel does not have three axes
 */
export function conv1d(params: ConvParams, x: Tensor, options: ConvLayerOptions = {}): Tensor {
  return convolve("conv1d", 1, params, x, options);
}

/**
 * Two-dimensional convolution (cross-correlation), as PyTorch's Conv2d:
 * y[b, o, p] = Σ x[b, c, p · stride + k · dilation - padding] · w[o, c, k] + bias[o].
 *
 * @param params `weight` [O, C / groups, KH, KW], plain or structured, and `bias` [O]
 * @param x [B, C, H, W]
 * @returns [B, O, H', W'], H' = ⌊(H + 2 padding - dilation (KH - 1) - 1) / stride⌋ + 1
 * @throws {ShapeError} if `x` or the kernel does not have four axes
 * @example A blur of two pixels
 * ```ts
 * import "../mod.ts";
 * import { ones, tensor } from "../core/mod.ts";
 * import { conv2d } from "./mod.ts";
 * const y = conv2d({ weight: ones([1, 1, 1, 2]) }, tensor([[[[1, 2, 3]]]]));
 * if ((await y.data()).join() !== "3,5") throw new Error("unexpected");
 * ```
 */
export function conv2d(params: ConvParams, x: Tensor, options: ConvLayerOptions = {}): Tensor {
  return convolve("conv2d", 2, params, x, options);
}

/**
 * Three-dimensional convolution (cross-correlation), as PyTorch's Conv3d.
 *
 * @param params `weight` [O, C / groups, KD, KH, KW], plain or structured, and `bias` [O]
 * @param x [B, C, D, H, W]
 * @returns [B, O, D', H', W'], D' = ⌊(D + 2 padding - dilation (KD - 1) - 1) / stride⌋ + 1
 * @throws {ShapeError} if `x` or the kernel does not have five axes
 */
export function conv3d(params: ConvParams, x: Tensor, options: ConvLayerOptions = {}): Tensor {
  return convolve("conv3d", 3, params, x, options);
}

function convolve(
  op: string,
  rank: number,
  params: ConvParams,
  x: Tensor,
  options: ConvLayerOptions,
): Tensor {
  const shape = weightShape(params.weight);
  requireRank(op, rank, x, shape);
  const stride = eachAxis(options.stride ?? 1, rank);
  const dilation = eachAxis(options.dilation ?? 1, rank);
  const { padding = 0, groups = 1 } = options;
  const y = applyWeight(params.weight, x, {
    kind: "conv",
    stride,
    padding: padding === "same"
      ? range(rank).map((i) =>
        samePadding(x.shape[i + 2]!, shape[i + 2]!, stride[i]!, dilation[i]!)
      )
      : eachAxis(padding, rank).map((side) => [side, side] as const),
    dilation,
    groups,
  });
  return params.bias ? add(y, ofChannels(convert(params.bias, y.dtype), y)) : y;
}
