import { ShapeError } from "../errors.ts";
import { bitwiseAnd, leftShift, rightShift } from "../primitives/bitwise.ts";
import { broadcastInDim } from "../primitives/broadcast_sum.ts";
import { convert } from "../primitives/convert.ts";
import { iota } from "../primitives/iota.ts";
import { reshape } from "../primitives/reshape.ts";
import { sub } from "../primitives/sub.ts";
import { formatShape, range } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { sum } from "./sum.ts";

/** Bits along the last axis, the highest of each byte first, as NumPy has them. */

/**
 * Eight elements to one byte: what is not zero is a one.
 *
 * @param x [..., 8 N], any dtype
 * @returns u8[..., N]
 * @throws {ShapeError} if the last side is no multiple of 8
 */
export function packBits(x: Tensor): Tensor {
  const side = x.shape.at(-1) ?? 1;
  if (side % 8 !== 0) {
    throw new ShapeError(
      `Cannot packBits ${formatShape(x.shape)}: the last side is no multiple of 8; pad it`,
      "packBits",
      [x.shape],
    );
  }
  const shape = [...x.shape.slice(0, -1), side / 8, 8];
  const bits = convert(convert(reshape(x, shape), "bool"), "i32");
  return convert(sum(leftShift(bits, placesOf(shape)), { axes: -1 }), "u8");
}

/**
 * Bytes to their bits.
 *
 * @param x u8[..., N]
 * @returns u8[..., 8 N] of zeros and ones
 */
export function unpackBits(x: Tensor): Tensor {
  const shape = [...x.shape, 8];
  const each = broadcastInDim(convert(x, "i32"), { shape, dims: range(x.shape.length) });
  const bits = bitwiseAnd(rightShift(each, placesOf(shape)), 1);
  return convert(reshape(bits, [...x.shape.slice(0, -1), 8 * (x.shape.at(-1) ?? 1)]), "u8");
}

/** 7, 6, ... 0 along the last axis. */
function placesOf(shape: readonly number[]): Tensor {
  return sub(7, iota(shape, { axis: -1, dtype: "i32" }));
}
