import { div, mul, reshape, ShapeError, type Tensor, tensor } from "../core/mod.ts";
import { formatShape, range } from "../core/internal.ts";
import { reduceWindow } from "./reduce_window.ts";
import { eachAxis, extent } from "./_spatial.ts";
import type { PerAxis } from "./per_axis.ts";
import { inWide } from "./_wide.ts";

/** Geometry of pooling; a number stands for every spatial axis. */
export type PoolOptions = {
  /** Sides of the window. */
  readonly kernel: PerAxis;
  /** Distance of neighbouring windows. Default: the sides, so that windows do not overlap. */
  readonly stride?: PerAxis;
  /** What is added on both sides: -∞ for a maximum, 0 for a mean. Default 0. */
  readonly padding?: PerAxis;
  /** Whether a last window that leaves the padded axis counts, if it begins before it. Default false. */
  readonly ceilMode?: boolean;
};

/** Options of maximum pooling. */
export type MaxPoolOptions = PoolOptions & {
  /** Distance of the elements of a window. Default 1. */
  readonly dilation?: PerAxis;
};

/** Options of mean pooling. */
export type AvgPoolOptions = PoolOptions & {
  /** Whether the zeros of the padding count in the mean. Default true, as in PyTorch. */
  readonly countIncludePad?: boolean;
};

/**
 * Maximum over windows of the spatial axes, channel by channel, as PyTorch's MaxPool. Of equal
 * elements the first gets the derivative; NaN wins.
 *
 * @param x [B, C, ...S], any number of spatial axes
 * @param options `kernel`; `stride`, `padding`, `dilation`, `ceilMode`
 * @returns [B, C, ...P], P = ⌊(S + 2 padding - dilation (kernel - 1) - 1) / stride⌋ + 1, or rounded up
 * @throws {ShapeError} if options and spatial axes differ in number, or no window fits
 * @example The larger of each pair
 * ```ts
 * import "../mod.ts";
 * import { tensor } from "../core/mod.ts";
 * import { maxPool } from "./mod.ts";
 * const y = maxPool(tensor([[[1, 3, 2, 0]]]), { kernel: 2 });
 * if ((await y.data()).join() !== "3,2") throw new Error("unexpected");
 * ```
 */
export function maxPool(x: Tensor, options: MaxPoolOptions): Tensor {
  const axes = geometry("maxPool", x, options, options.dilation);
  return pooled(x, "max", axes);
}

/**
 * Mean over windows of the spatial axes, channel by channel, as PyTorch's AvgPool.
 *
 * What a window covers beyond the padded axis (with `ceilMode`) never counts.
 *
 * @param x [B, C, ...S], any number of spatial axes
 * @param options `kernel`; `stride`, `padding`, `ceilMode`, `countIncludePad`
 * @returns [B, C, ...P] as in `maxPool`, dtype of `x`; summed in at least float32
 * @throws {ShapeError} if options and spatial axes differ in number, or no window fits
 */
export function avgPool(x: Tensor, options: AvgPoolOptions): Tensor {
  const axes = geometry("avgPool", x, options);
  const withPad = options.countIncludePad ?? true;
  return inWide(x, (wide) => {
    const sums = pooled(wide, "sum", axes);
    return axes.reduce((y, axis, i) => divideCounts(y, i + 2, countsOf(axis, withPad)), sums);
  });
}

/** One spatial axis. */
type Axis = {
  readonly side: number;
  readonly size: number;
  readonly stride: number;
  readonly dilation: number;
  readonly padding: number;
  /** Number of windows. */
  readonly places: number;
};

function geometry(
  op: string,
  x: Tensor,
  options: PoolOptions,
  dilation: PerAxis = 1,
): readonly Axis[] {
  const rank = x.shape.length - 2;
  const { kernel, stride = kernel, padding = 0, ceilMode = false } = options;
  const each = [kernel, stride, padding, dilation].map((value) => eachAxis(value, rank));
  if (rank < 1 || each.some((list) => list.length !== rank)) {
    refuse(op, x, `[B, C, ...] is needed, and one number for each spatial axis`);
  }
  return range(rank).map((i) => {
    const [size, step, pad, distance] = each.map((list) => list[i]!) as [
      number,
      number,
      number,
      number,
    ];
    const side = x.shape[i + 2]!;
    const room = side + 2 * pad - extent(size, distance);
    const last = Math.ceil(room / step);
    // A window may begin in the axis or the padding before it, but not in the padding after it.
    const places = ceilMode
      ? (last * step < side + pad ? last : last - 1) + 1
      : Math.floor(room / step) + 1;
    if (places < 1) refuse(op, x, `a window of ${extent(size, distance)} does not fit into it`);
    return { side, size, stride: step, dilation: distance, padding: pad, places };
  });
}

function pooled(x: Tensor, kind: "max" | "sum", axes: readonly Axis[]): Tensor {
  return reduceWindow(x, {
    kind,
    window: [1, 1, ...axes.map(({ size }) => size)],
    stride: [1, 1, ...axes.map(({ stride }) => stride)],
    padding: [
      [0, 0],
      [0, 0],
      ...axes.map(({ side, padding, ...axis }) => {
        const end = (axis.places - 1) * axis.stride + extent(axis.size, axis.dilation);
        return [padding, end - side - padding] as const;
      }),
    ],
    windowDilation: [1, 1, ...axes.map(({ dilation }) => dilation)],
  });
}

/** How many elements count in each window of an axis. */
function countsOf({ side, size, stride, padding, places }: Axis, withPad: boolean): number[] {
  return range(places).map((place) => {
    const start = place * stride - padding;
    const stop = Math.min(start + size, side + (withPad ? padding : 0));
    return stop - (withPad ? start : Math.max(0, start));
  });
}

function divideCounts(x: Tensor, axis: number, counts: readonly number[]): Tensor {
  if (counts.every((count) => count === counts[0])) return div(x, counts[0]!);
  const shares = tensor(counts.map((count) => 1 / count), { dtype: x.dtype });
  return mul(x, reshape(shares, [-1, ...x.shape.slice(axis + 1).map(() => 1)]));
}

function refuse(op: string, x: Tensor, why: string): never {
  throw new ShapeError(`Cannot pool ${formatShape(x.shape)}: ${why}`, op, [x.shape]);
}
