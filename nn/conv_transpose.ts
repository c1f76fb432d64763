import {
  add,
  convert,
  convTranspose,
  dense,
  promoteTypes,
  type Tensor,
  type Weight,
} from "../core/mod.ts";
import { range } from "../core/internal.ts";
import { ofChannels } from "./_normalized.ts";
import { eachAxis, extent, requireRank } from "./_spatial.ts";
import type { PerAxis } from "./per_axis.ts";

/** Parameters of a transposed convolution: a kernel [C, O / groups, ...K] and a bias [O]. */
export type ConvTransposeParams = { readonly weight: Weight; readonly bias?: Tensor };

/** Geometry of a transposed convolution; a number stands for every spatial axis. */
export type ConvTransposeLayerOptions = {
  /** Zeros put between the elements of the input, plus one. Default 1. */
  readonly stride?: PerAxis;
  /**
   * Elements cut off both sides of the result; or as JAX has it: "same" for S · stride elements,
   * "valid" for all that a kernel reaches, at least S · stride. Default 0.
   */
  readonly padding?: PerAxis | "same" | "valid";
  /** Elements added after the far side, with a number as `padding`. Default 0. */
  readonly outputPadding?: PerAxis;
  /** Distance of the kernel's taps. Default 1. */
  readonly dilation?: PerAxis;
  /** Groups of channels that see only their own; divides C and O. Default 1. */
  readonly groups?: number;
};

/**
 * One-dimensional transposed convolution, as PyTorch's ConvTranspose1d.
 *
 * @param params `weight` [C, O / groups, K] and `bias` [O]
 * @param x [B, C, T]
 * @returns [B, O, T'], T' = (T - 1) stride - 2 padding + dilation (K - 1) + outputPadding + 1
 * @throws {ShapeError} if `x` or the kernel does not have three axes
 */
export function convTranspose1d(
  params: ConvTransposeParams,
  x: Tensor,
  options: ConvTransposeLayerOptions = {},
): Tensor {
  return transposed("convTranspose1d", 1, params, x, options);
}

/**
 * Two-dimensional transposed convolution, as PyTorch's ConvTranspose2d: each element of the input
 * adds the kernel, times itself, to the result at its own place times the stride.
 *
 * @param params `weight` [C, O / groups, KH, KW] and `bias` [O]
 * @param x [B, C, H, W]
 * @returns [B, O, H', W'], H' = (H - 1) stride - 2 padding + dilation (KH - 1) + outputPadding + 1
 * @throws {ShapeError} if `x` or the kernel does not have four axes
 * @example Each pixel becomes a row of two
 * ```ts
 * import "../mod.ts";
 * import { ones, tensor } from "../core/mod.ts";
 * import { convTranspose2d } from "./mod.ts";
 * const y = convTranspose2d({ weight: ones([1, 1, 1, 2]) }, tensor([[[[1, 2]]]]), {
 *   stride: [1, 2],
 * });
 * if ((await y.data()).join() !== "1,1,2,2") throw new Error("unexpected");
 * ```
 */
export function convTranspose2d(
  params: ConvTransposeParams,
  x: Tensor,
  options: ConvTransposeLayerOptions = {},
): Tensor {
  return transposed("convTranspose2d", 2, params, x, options);
}

/**
 * Three-dimensional transposed convolution, as PyTorch's ConvTranspose3d.
 *
 * @param params `weight` [C, O / groups, KD, KH, KW] and `bias` [O]
 * @param x [B, C, D, H, W]
 * @returns [B, O, D', H', W'], D' = (D - 1) stride - 2 padding + dilation (KD - 1) + outputPadding + 1
 * @throws {ShapeError} if `x` or the kernel does not have five axes
 */
export function convTranspose3d(
  params: ConvTransposeParams,
  x: Tensor,
  options: ConvTransposeLayerOptions = {},
): Tensor {
  return transposed("convTranspose3d", 3, params, x, options);
}

function transposed(
  op: string,
  rank: number,
  params: ConvTransposeParams,
  x: Tensor,
  options: ConvTransposeLayerOptions,
): Tensor {
  const weight = dense(params.weight);
  requireRank(op, rank, x, weight.shape);
  const stride = eachAxis(options.stride ?? 1, rank);
  const dilation = eachAxis(options.dilation ?? 1, rank);
  const { padding = 0, groups = 1 } = options;
  const cuts = typeof padding === "string"
    ? range(rank).map((i) => cutOf(padding, extent(weight.shape[i + 2]!, dilation[i]!), stride[i]!))
    : eachAxis(padding, rank).map((cut, i) => {
      return { cut, extra: eachAxis(options.outputPadding ?? 0, rank)[i]! };
    });
  const dtype = promoteTypes(x.dtype, weight.dtype);
  const y = convTranspose(convert(x, dtype), convert(weight, dtype), {
    stride,
    padding: cuts.map(({ cut }) => cut),
    outputPadding: cuts.map(({ extra }) => extra),
    dilation,
    groups,
  });
  return params.bias ? add(y, ofChannels(convert(params.bias, y.dtype), y)) : y;
}

/**
 * What jax.lax.conv_transpose cuts off the near side, and adds to the far side to make up for what
 * was cut there too. Its rule says what surrounds the input, `before` and `after`, for the kernel to
 * pass over; nothing is cut where that is all that the kernel reaches, extent - 1.
 */
function cutOf(
  padding: "same" | "valid",
  kernel: number,
  stride: number,
): { readonly cut: number; readonly extra: number } {
  const total = kernel + stride - 2 + (padding === "valid" ? Math.max(kernel - stride, 0) : 0);
  const before = padding === "valid" || stride > kernel - 1 ? kernel - 1 : Math.ceil(total / 2);
  const [near, far] = [kernel - 1 - before, kernel - 1 - (total - before)];
  return { cut: near, extra: near - far };
}
