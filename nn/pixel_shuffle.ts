import { reshape, ShapeError, type Tensor, transpose } from "../core/mod.ts";
import { formatShape } from "../core/internal.ts";

/** Option of `pixelShuffle` and `pixelUnshuffle`. */
export type PixelShuffleOptions = {
  /** How many pixels on each axis of the larger image are channels in the smaller one. */
  readonly factor: number;
};

/**
 * Channels to pixels: [B, C r², H, W] to [B, C, H r, W r], r being `factor`.
 *
 * @throws {ShapeError} if r² does not divide the channels
 * @see Shi et al. 2016, arXiv:1609.05158, eq. 4
 */
export function pixelShuffle(x: Tensor, { factor }: PixelShuffleOptions): Tensor {
  const [batch, channels, height, width] = sidesOf(x);
  const kept = channels / (factor * factor);
  requireWhole(x, factor, kept);
  const split = reshape(x, [batch, kept, factor, factor, height, width]);
  const placed = transpose(split, [0, 1, 4, 2, 5, 3]); // [B, C, H, r, W, r]
  return reshape(placed, [batch, kept, height * factor, width * factor]);
}

/**
 * Pixels to channels: [B, C, H r, W r] to [B, C r², H, W]; the inverse of `pixelShuffle`.
 *
 * @throws {ShapeError} if r does not divide both spatial sides
 */
export function pixelUnshuffle(x: Tensor, { factor }: PixelShuffleOptions): Tensor {
  const [batch, channels, high, wide] = sidesOf(x);
  const [height, width] = [high / factor, wide / factor];
  requireWhole(x, factor, height, width);
  const split = reshape(x, [batch, channels, height, factor, width, factor]);
  const placed = transpose(split, [0, 1, 3, 5, 2, 4]); // [B, C, r, r, H, W]
  return reshape(placed, [batch, channels * factor * factor, height, width]);
}

function sidesOf(x: Tensor): readonly [number, number, number, number] {
  const [batch, channels, height, width, ...more] = x.shape;
  if (width !== undefined && more.length === 0) return [batch!, channels!, height!, width];
  refuse(x, "[B, C, H, W] is needed");
}

function requireWhole(x: Tensor, factor: number, ...sides: readonly number[]): void {
  if (Number.isInteger(factor) && factor >= 1 && sides.every(Number.isInteger)) return;
  refuse(x, `factor ${factor} does not divide it; use one that does`);
}

function refuse(x: Tensor, why: string): never {
  const message = `Cannot shuffle the pixels of ${formatShape(x.shape)}: ${why}`;
  throw new ShapeError(message, "pixelShuffle", [x.shape]);
}
