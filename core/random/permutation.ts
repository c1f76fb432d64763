import { argsort } from "../ops/sort.ts";
import { take } from "../ops/take.ts";
import { takeAlongAxis } from "../ops/take_along_axis.ts";
import { iota } from "../primitives/iota.ts";
import { normalizeAxis, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { randomBits, splitKey } from "./key.ts";

/** Options of `permutation`. */
export type PermutationOptions = {
  /** The axis that is shuffled, the first by default. */
  readonly axis?: number;
  /** Shuffle every line along the axis by itself. */
  readonly independent?: boolean;
};

/**
 * A random order: of the numbers 0 to n - 1, or of the slices of a tensor along an axis.
 *
 * @param from one key [2]
 * @param x a number n, or a tensor
 */
export function permutation(
  from: Tensor,
  x: number | Tensor,
  options: PermutationOptions = {},
): Tensor {
  if (typeof x === "number") return shuffle(from, iota([x]), 0);
  const axis = normalizeAxis(options.axis ?? 0, x.shape.length, "permutation");
  if (options.independent) return shuffle(from, x, axis);
  return take(x, shuffle(from, iota([x.shape[axis]!]), 0), { axis });
}

/** Sorts by fresh random words, as often as makes equal words harmless. */
function shuffle(from: Tensor, x: Tensor, axis: number): Tensor {
  const size = Math.max(1, sizeOf(x.shape));
  const rounds = Math.ceil(3 * Math.log(size) / Math.log(2 ** 32 - 1));
  let [key, result] = [from, x];
  for (let round = 0; round < rounds; round++) {
    const [next, fresh] = splitKey(key);
    const order = argsort(randomBits(fresh, x.shape), { axis });
    result = takeAlongAxis(result, order, { axis });
    key = next;
  }
  return result;
}
