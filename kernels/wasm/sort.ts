import { type Aval, type DType, isFloat, type StorageArray } from "../../core/mod.ts";
import type { SortParams } from "../../core/internal.ts";

/**
 * Sorting of whole arrays as they are stored: each key becomes a u32 of the same order, then a radix
 * sort, which is stable, byte by byte; insertion for short lines.
 */

/** Lines up to this long are sorted by insertion. */
const SHORT = 48;

/** Sorts the operands together into `results`: core's primitive sort. */
export function sortArrays(
  operands: readonly StorageArray[],
  results: readonly StorageArray[],
  types: readonly Aval[],
  { axis, keys }: SortParams,
): void {
  const { shape } = types[0]!;
  const side = shape[axis]!;
  const stride = shape.slice(axis + 1).reduce((product, s) => product * s, 1);
  const ranks = types.slice(0, keys).map(({ dtype }, i) => ranksOf(operands[i]!, dtype));
  const line = newLine(side);
  for (let number = 0; number < ranks[0]!.length / side; number++) {
    const start = Math.floor(number / stride) * stride * side + number % stride;
    for (let i = 0; i < side; i++) line.order[i] = i;
    for (let k = keys - 1; k >= 0; k--) {
      const rank = ranks[k]!;
      for (let i = 0; i < side; i++) line.key[i] = rank[start + line.order[i]! * stride]!;
      if (side <= SHORT) insert(line);
      else radix(line);
    }
    operands.forEach((operand, j) => {
      const result = results[j]!;
      for (let i = 0; i < side; i++) {
        result[start + i * stride] = operand[start + line.order[i]! * stride]!;
      }
    });
  }
}

/** Keys and where they come from, and room to move them to. */
type Line = {
  key: Uint32Array;
  order: Uint32Array;
  otherKey: Uint32Array;
  otherOrder: Uint32Array;
  readonly counts: Uint32Array;
};

function newLine(side: number): Line {
  const array = (): Uint32Array => new Uint32Array(side);
  return {
    key: array(),
    order: array(),
    otherKey: array(),
    otherOrder: array(),
    counts: new Uint32Array(256),
  };
}

function insert({ key, order }: Line): void {
  for (let i = 1; i < key.length; i++) {
    const [k, o] = [key[i]!, order[i]!];
    let at = i;
    for (; at > 0 && key[at - 1]! > k; at--) {
      key[at] = key[at - 1]!;
      order[at] = order[at - 1]!;
    }
    key[at] = k;
    order[at] = o;
  }
}

function radix(line: Line): void {
  for (let shift = 0; shift < 32; shift += 8) {
    const { key, order, otherKey, otherOrder, counts } = line;
    const side = key.length;
    counts.fill(0);
    for (let i = 0; i < side; i++) counts[(key[i]! >>> shift) & 255]!++;
    if (counts[(key[0]! >>> shift) & 255] === side) continue;
    for (let digit = 0, total = 0; digit < 256; digit++) {
      const count = counts[digit]!;
      counts[digit] = total;
      total += count;
    }
    for (let i = 0; i < side; i++) {
      const to = counts[(key[i]! >>> shift) & 255]!++;
      otherKey[to] = key[i]!;
      otherOrder[to] = order[i]!;
    }
    Object.assign(line, { key: otherKey, order: otherOrder, otherKey: key, otherOrder: order });
  }
}

/** A u32 for each element, in the same order: 0 and -0 are equal, NaN is the greatest. */
function ranksOf(storage: StorageArray, dtype: DType): Uint32Array {
  const { buffer, byteOffset, length } = storage;
  const ranks = new Uint32Array(length);
  if (dtype === "f32") {
    const bits = new Int32Array(buffer, byteOffset, length);
    for (let i = 0; i < length; i++) ranks[i] = rankOfFloat(bits[i]!, 0x7f800000);
  } else if (isFloat(dtype)) {
    const infinity = (dtype === "f16" ? 0x7c00 : 0x7f80) << 16;
    for (let i = 0; i < length; i++) ranks[i] = rankOfFloat(Number(storage[i]) << 16, infinity);
  } else {
    const offset = dtype === "i32" || dtype === "i16" || dtype === "i8" ? 2 ** 31 : 0;
    for (let i = 0; i < length; i++) ranks[i] = Number(storage[i]) + offset;
  }
  return ranks;
}

function rankOfFloat(bits: number, infinity: number): number {
  const size = bits & 0x7fffffff;
  if (size > infinity) return 0xffffffff;
  return bits < 0 && size > 0 ? ~bits : size | 0x80000000;
}
