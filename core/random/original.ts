import { add } from "../primitives/add.ts";
import { bitwiseAnd, rightShiftLogical } from "../primitives/bitwise.ts";
import { broadcastInDim } from "../primitives/broadcast_sum.ts";
import { less } from "../primitives/compare.ts";
import { convert } from "../primitives/convert.ts";
import { iota } from "../primitives/iota.ts";
import { mul } from "../primitives/mul.ts";
import { reshape } from "../primitives/reshape.ts";
import { where } from "../primitives/select.ts";
import { sliceAxis } from "../primitives/slice_pad.ts";
import { stack } from "../ops/stack.ts";
import { swapAxes } from "../primitives/transpose.ts";
import { range, type Shape, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { type BitsOptions, threefry2x32 } from "./key.ts";

/**
 * The stream that JAX had before version 0.5, and still has with `jax_threefry_partitionable` off: what
 * comes out depends on the size of the whole draw. It is here to reproduce older results; `foldIn` is
 * the same in both.
 */

/** Keys from one as older versions of JAX split it: [..., 2] to [..., count, 2], or a shape of them. */
export function originalKeys(from: Tensor, count: number | Shape): Tensor {
  const shape = typeof count === "number" ? [count] : count;
  return reshape(words(from, 2 * sizeOf(shape)), [...from.shape.slice(0, -1), ...shape, 2]);
}

/**
 * Random bits as older versions of JAX draw them: a `bits` for the samplers.
 *
 * @param from keys [..., 2]
 * @param shape shape of the bits of one key
 * @returns [..., ...shape]
 */
export function originalBits(from: Tensor, shape: Shape, options: BitsOptions = {}): Tensor {
  const { dtype = "u32" } = options;
  const outer = from.shape.slice(0, -1);
  const size = sizeOf(shape);
  if (dtype === "u32") return reshape(words(from, size), [...outer, ...shape]);
  const width = dtype === "u16" ? 16 : 8;
  const whole = words(from, Math.ceil(size * width / 32)); // [..., W]
  const parts = convert(cut(whole, width), dtype); // [..., W · 32 / width]
  const some = sliceAxis(parts, { axis: outer.length, start: 0, stop: size });
  return reshape(some, [...outer, ...shape]);
}

/** `count` words, u32[..., count]: the counters 0, 1 ... in two halves, which are hashed together. */
function words(from: Tensor, count: number): Tensor {
  const half = Math.ceil(count / 2);
  const outer = from.shape.slice(0, -1);
  const low = iota([half], { dtype: "u32" });
  const high = add(low, half);
  const counter = stack([low, where(less(high, count), high, 0)], { axis: 1 }); // [half, 2]
  const pairs = threefry2x32(from, counter); // [..., half, 2]
  const flat = reshape(swapAxes(pairs, -1, -2), [...outer, 2 * half]);
  return sliceAxis(flat, { axis: outer.length, start: 0, stop: count });
}

/** Words cut into parts of some bits, low ones first: u32[..., W] to u32[..., W · 32 / width]. */
function cut(x: Tensor, width: 8 | 16): Tensor {
  const parts = 32 / width;
  const shape = [...x.shape, parts];
  const each = broadcastInDim(x, { shape, dims: range(x.shape.length) });
  const shift = mul(iota(shape, { axis: -1, dtype: "u32" }), width);
  const low = bitwiseAnd(rightShiftLogical(each, shift), 2 ** width - 1);
  return reshape(low, [...x.shape.slice(0, -1), x.shape.at(-1)! * parts]);
}
