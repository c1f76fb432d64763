import { concatenate, ShapeError, type Tensor } from "../core/mod.ts";
import { formatShape, sliceAxis } from "../core/internal.ts";
import { avgPool, maxPool } from "./pool.ts";
import { resample } from "./_resample.ts";
import { eachAxis } from "./_spatial.ts";
import type { PerAxis } from "./per_axis.ts";
import { bins, binTaps } from "./_taps.ts";
import { inWide } from "./_wide.ts";

/** Options of adaptive pooling. */
export type AdaptivePoolOptions = {
  /** Sides of the result; a number stands for every spatial axis, null for the side that is there. */
  readonly size: PerAxis | readonly (number | null)[];
};

/**
 * Mean over bins that cut the spatial axes into as many parts as are asked for, as PyTorch's
 * AdaptiveAvgPool: part i of an axis of S is [⌊i S / P⌋, ⌈(i + 1) S / P⌉).
 *
 * @param x [B, C, ...S]
 * @param options `size`: [...P]
 * @returns [B, C, ...P], dtype of `x`; summed in at least float32
 * @throws {ShapeError} if there is not one positive number for each spatial axis
 */
export function adaptiveAvgPool(x: Tensor, options: AdaptivePoolOptions): Tensor {
  const sides = sidesOf("adaptiveAvgPool", x, options);
  if (isEven(x, sides)) return avgPool(x, { kernel: quotients(x, sides) });
  return inWide(x, (wide) =>
    sides.reduceRight((y, out, i) => {
      const side = x.shape[i + 2]!;
      if (side === out) return y;
      return resample(y, i + 2, binTaps({ side, out }));
    }, wide));
}

/**
 * Maximum over bins that cut the spatial axes into as many parts as are asked for, as PyTorch's
 * AdaptiveMaxPool; the parts are those of `adaptiveAvgPool`.
 *
 * @param x [B, C, ...S]
 * @param options `size`: [...P]
 * @returns [B, C, ...P], dtype of `x`
 * @throws {ShapeError} if there is not one positive number for each spatial axis
 */
export function adaptiveMaxPool(x: Tensor, options: AdaptivePoolOptions): Tensor {
  const sides = sidesOf("adaptiveMaxPool", x, options);
  if (isEven(x, sides)) return maxPool(x, { kernel: quotients(x, sides) });
  return sides.reduceRight((y, out, i) => {
    const axis = i + 2;
    const parts = bins(x.shape[axis]!, out).map(({ first, count }) => {
      const part = sliceAxis(y, { axis, start: first, stop: first + count });
      return maxPool(part, { kernel: sides.map((_, j) => j === i ? count : 1) });
    });
    return concatenate(parts, { axis });
  }, x);
}

function isEven(x: Tensor, sides: readonly number[]): boolean {
  return sides.every((side, i) => x.shape[i + 2]! % side === 0);
}

function quotients(x: Tensor, sides: readonly number[]): number[] {
  return sides.map((side, i) => x.shape[i + 2]! / side);
}

function sidesOf(op: string, x: Tensor, { size }: AdaptivePoolOptions): readonly number[] {
  const rank = x.shape.length - 2;
  const given = typeof size === "number" ? eachAxis(size, rank) : size;
  const sides = given.map((side, i) => side ?? x.shape[i + 2] ?? 0);
  const fits = rank >= 1 && sides.length === rank &&
    sides.every((side, i) => Number.isInteger(side) && side >= 1 && x.shape[i + 2]! >= 1);
  if (fits) return sides;
  throw new ShapeError(
    `Cannot pool ${formatShape(x.shape)} to [${sides}]: [B, C, ...] and one positive number for ` +
      `each spatial axis are needed`,
    op,
    [x.shape],
  );
}
