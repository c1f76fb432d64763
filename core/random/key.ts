import { bind } from "../bind.ts";
import { tensor } from "../literal.ts";
import { unstack } from "../ops/stack.ts";
import { broadcastTo, type Operand } from "../primitives/_binary.ts";
import { broadcastInDim } from "../primitives/broadcast_sum.ts";
import { equal } from "../primitives/compare.ts";
import { convert } from "../primitives/convert.ts";
import { iota } from "../primitives/iota.ts";
import { randomBitsP, threefryP } from "../primitives/random_bits.ts";
import { reshape } from "../primitives/reshape.ts";
import { where } from "../primitives/select.ts";
import { type Shape, sizeOf } from "../shape.ts";
import { numberTensor, type Tensor } from "../tensor.ts";

/**
 * A random key of two words, u32[2], from a seed: of a number the low word is its value modulo 2³² and
 * the high one 0, a bigint has both words, modulo 2⁶⁴, as JAX with 64-bit types enabled.
 *
 * Keys are values: the same key gives the same numbers, so split or fold it for every use.
 *
 * @example Two independent keys
 * ```ts
 * import { key, splitKey } from "../mod.ts";
 * const [weights, noise] = splitKey(key(0));
 * if (weights.shape.join() !== noise.shape.join()) throw new Error("unexpected shape");
 * ```
 */
export function key(seed: number | bigint): Tensor {
  if (typeof seed === "bigint") {
    const low = Number(BigInt.asUintN(32, seed));
    return tensor(Uint32Array.of(Number(BigInt.asUintN(32, seed >> 32n)), low));
  }
  if (!Number.isSafeInteger(seed)) {
    throw new RangeError(`Cannot make a key from ${seed}: a seed is an integer below 2^53 in size`);
  }
  return tensor(Uint32Array.of(0, seed % 2 ** 32));
}

/** `count` keys from one, two by default, as a list to take apart. */
export function splitKey(from: Tensor, count?: 2): readonly [Tensor, Tensor];
/** Three keys from one. */
export function splitKey(from: Tensor, count: 3): readonly [Tensor, Tensor, Tensor];
/** `count` keys from one. */
export function splitKey(from: Tensor, count: number): readonly Tensor[];
export function splitKey(from: Tensor, count = 2): readonly Tensor[] {
  return unstack(keys(from, count), { axis: -2 });
}

/** Keys from one, as one tensor to map over: [..., 2] to [..., count, 2], or a whole shape of them. */
export function keys(from: Tensor, count: number | Shape): Tensor {
  const shape = typeof count === "number" ? [count] : count;
  const index = reshape(iota([sizeOf(shape)], { dtype: "u32" }), shape);
  const dims = shape.map((_, i) => i);
  const words = broadcastInDim(index, { shape: [...shape, 2], dims });
  return threefry2x32(from, where(isLowWord([...shape, 2]), words, 0));
}

/** A key from a key and an integer, such as the number of a step or a layer. */
export function foldIn(from: Tensor, data: Operand): Tensor {
  const word = typeof data === "number" ? numberTensor(data, "u32") : convert(data, "u32");
  const index = broadcastTo(reshape(word, []), [2]);
  return threefry2x32(from, where(isLowWord([2]), index, 0));
}

/** Options of `randomBits`: u32 words by default, or their low bits. */
export type BitsOptions = { readonly dtype?: "u32" | "u16" | "u8" };

/** Random bits for every element of a shape: keys [..., 2] to [..., ...shape]. */
export function randomBits(from: Tensor, shape: Shape, options: BitsOptions = {}): Tensor {
  const words = bind(randomBitsP, [from], { shape, dtype: "u32" })[0];
  return convert(words, options.dtype ?? "u32");
}

/**
 * The block function Threefry-2x32, which all keys and bits come from.
 *
 * @param from keys [...outer, 2]
 * @param counter words u32[...inner, 2]
 * @returns words u32[...outer, ...inner, 2]
 */
export function threefry2x32(from: Tensor, counter: Tensor): Tensor {
  const outer = from.shape.slice(0, -1);
  const inner = counter.shape.slice(0, -1);
  const shape = [...outer, ...inner, 2];
  const wide = reshape(from, [...outer, ...inner.map(() => 1), 2]);
  return bind(threefryP, [broadcastTo(wide, shape), broadcastTo(counter, shape)], null)[0];
}

function isLowWord(shape: Shape): Tensor {
  return equal(iota(shape, { axis: -1 }), 1);
}
