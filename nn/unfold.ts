import {
  pad,
  reshape,
  type Shape,
  ShapeError,
  type Tensor,
  transpose,
  windows,
  zeros,
} from "../core/mod.ts";
import { linearTranspose } from "../autodiff/mod.ts";
import { formatShape, range, sizeOf } from "../core/internal.ts";
import { eachAxis } from "./_spatial.ts";
import type { PerAxis } from "./per_axis.ts";

/** Geometry of `unfold` and `fold`; a number stands for every spatial axis. */
export type UnfoldOptions = {
  /** Sides of the blocks. */
  readonly kernel: PerAxis;
  /** Distance of neighbouring blocks. Default 1. */
  readonly stride?: PerAxis;
  /** Zeros on both sides. Default 0. */
  readonly padding?: PerAxis;
  /** Distance of the elements of a block. Default 1. */
  readonly dilation?: PerAxis;
};

/**
 * Blocks of an image as columns, as PyTorch's unfold (im2col).
 *
 * @param x [B, C, ...S]
 * @param options `kernel`; `stride`, `padding`, `dilation`
 * @returns [B, C · |kernel|, L], L blocks in row-major order
 * @throws {ShapeError} if there are no spatial axes, or not one number for each
 */
export function unfold(x: Tensor, options: UnfoldOptions): Tensor {
  const rank = x.shape.length - 2;
  const { kernel, stride = 1, padding = 0, dilation = 1 } = options;
  const each = [kernel, stride, padding, dilation].map((value) => eachAxis(value, rank));
  if (rank < 1 || each.some((list) => list.length !== rank)) {
    throw new ShapeError(
      `Cannot unfold ${formatShape(x.shape)}: [B, C, ...] is needed, and one number for each ` +
        `spatial axis`,
      "unfold",
      [x.shape],
    );
  }
  const [sizes, strides, pads, dilations] = each as [number[], number[], number[], number[]];
  const around = [0, 0, ...pads];
  const blocks = range(rank).reduce(
    (y, i) =>
      windows(y, {
        axis: 2 + 2 * i, // two axes for each that is cut already
        size: sizes[i]!,
        stride: strides[i]!,
        dilation: dilations[i]!,
      }),
    pad(x, { low: around, high: around }),
  ); // [B, C, K, P, K, P, ...]
  const places = range(rank).map((i) => blocks.shape[3 + 2 * i]!);
  const axes = range(rank).map((i) => 2 + 2 * i);
  const sorted = transpose(blocks, [0, 1, ...axes, ...axes.map((axis) => axis + 1)]);
  return reshape(sorted, [x.shape[0]!, x.shape[1]! * sizeOf(sizes), sizeOf(places)]);
}

/** Options of `fold`. */
export type FoldOptions = UnfoldOptions & {
  /** Spatial sides of the result. */
  readonly size: Shape;
};

/**
 * Columns summed into an image, as PyTorch's fold (col2im): the transpose of `unfold`, where blocks
 * overlap they add up.
 *
 * @param x [B, C · |kernel|, L]
 * @param options `size`, and those of `unfold`
 * @returns [B, C, ...size]
 * @throws {ShapeError} if an image of that size does not unfold to columns of this shape
 */
export function fold(x: Tensor, options: FoldOptions): Tensor {
  const { size, ...rest } = options;
  const kernel = eachAxis(options.kernel, size.length);
  const [batch, rows, blocks] = x.shape;
  const channels = Math.floor((rows ?? 0) / sizeOf(kernel));
  const image = zeros([batch ?? 0, channels, ...size], { dtype: x.dtype });
  const columns = unfold(image, rest).shape;
  if (x.shape.length !== 3 || columns[1] !== rows || columns[2] !== blocks) {
    throw new ShapeError(
      `Cannot fold ${formatShape(x.shape)} to sides [${size}]: they unfold to ` +
        `${formatShape(columns)}; use the options that it was unfolded with`,
      "fold",
      [x.shape, columns],
    );
  }
  return linearTranspose((y: Tensor) => unfold(y, rest), [image])(x)[0];
}
