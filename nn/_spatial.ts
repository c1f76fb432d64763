import { ShapeError, type Tensor } from "../core/mod.ts";
import { formatShape, range } from "../core/internal.ts";
import type { PerAxis } from "./per_axis.ts";

/** One number for each of `rank` axes. */
export function eachAxis(value: PerAxis, rank: number): readonly number[] {
  return typeof value === "number" ? range(rank).map(() => value) : value;
}

/** Elements that windows cover from their first to their last one. */
export function extent(size: number, dilation: number): number {
  return (size - 1) * dilation + 1;
}

/**
 * What "same" puts before and after an axis, so that windows start every `stride` elements and there
 * are side / stride of them, rounded up. An odd one is put after.
 */
export function samePadding(
  side: number,
  size: number,
  stride: number,
  dilation: number,
): readonly [low: number, high: number] {
  const covered = (Math.ceil(side / stride) - 1) * stride + extent(size, dilation);
  const total = Math.max(0, covered - side);
  return [Math.floor(total / 2), Math.ceil(total / 2)];
}

const SIDES = ["", "T", "H, W", "D, H, W"];
const TAPS = ["", "K", "KH, KW", "KD, KH, KW"];

/** Checks that input and kernel have `rank` spatial axes. */
export function requireRank(op: string, rank: number, x: Tensor, kernel: readonly number[]): void {
  if (x.shape.length === rank + 2 && kernel.length === rank + 2) return;
  throw new ShapeError(
    `Cannot convolve ${formatShape(x.shape)} with ${formatShape(kernel)}: ` +
      `[B, C, ${SIDES[rank]}] and [O, C, ${TAPS[rank]}] are needed`,
    op,
    [x.shape, kernel],
  );
}
