import { ShapeError } from "../errors.ts";
import { cumsum } from "../ops/cumulative.ts";
import { searchSorted } from "../ops/search_sorted.ts";
import { topK } from "../ops/sort.ts";
import { take } from "../ops/take.ts";
import { add } from "../primitives/add.ts";
import { log } from "../primitives/log.ts";
import { mul } from "../primitives/mul.ts";
import { reshape } from "../primitives/reshape.ts";
import { sliceAxis } from "../primitives/slice_pad.ts";
import { sub } from "../primitives/sub.ts";
import { formatShape, normalizeAxis, type Shape, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { randint } from "./discrete.ts";
import { gumbel } from "./gumbel.ts";
import { permutation } from "./permutation.ts";
import { uniform } from "./uniform.ts";

/** Options of `choice`. */
export type ChoiceOptions = {
  /** Shape of the draws, one by default. */
  readonly shape?: Shape;
  /** Whether an element may be drawn again, true by default. */
  readonly replace?: boolean;
  /** Probabilities [N] of the elements, equal by default; they need not add up to 1. */
  readonly p?: Tensor;
  /** The axis of the elements, the first by default. */
  readonly axis?: number;
};

/**
 * Random elements of a tensor along an axis, or of the numbers 0 to n - 1.
 *
 * @param from one key [2]
 * @param x a number n, or a tensor [..., N, ...]
 * @returns i32 of `options.shape`, or [..., ...shape, ...]
 * @throws {RangeError} if more are drawn without replacement than there are
 * @throws {ShapeError} if there is not one probability for each element
 * @example Three different numbers below ten
 * ```ts
 * import { choice, key } from "../mod.ts";
 * const ids = choice(key(0), 10, { shape: [3], replace: false });
 * if (ids.shape.join() !== "3") throw new Error("unexpected shape");
 * ```
 */
export function choice(from: Tensor, x: number | Tensor, options: ChoiceOptions = {}): Tensor {
  const { shape = [], replace = true, p } = options;
  const axis = typeof x === "number"
    ? 0
    : normalizeAxis(options.axis ?? 0, x.shape.length, "choice");
  const n = typeof x === "number" ? x : x.shape[axis]!;
  const count = sizeOf(shape);
  if (count > 0 && (n === 0 || (!replace && count > n))) {
    throw new RangeError(
      `Cannot choose ${count} of ${n} elements: there are too few; draw fewer, or with replacement`,
    );
  }
  if (p && (p.shape.length !== 1 || p.shape[0] !== n)) {
    throw new ShapeError(
      `Cannot choose from ${n} elements with probabilities ${formatShape(p.shape)}: one is ` +
        `needed for each`,
      "choice",
      [p.shape],
    );
  }
  if (!p && !replace) return firstOf(permutation(from, x, { axis }), axis, shape);
  const ids = p ? weighted(from, p, shape, replace) : randint(from, shape, { maxval: n });
  return typeof x === "number" ? ids : take(x, ids, { axis });
}

/** The first elements of an axis, as many as `shape` has, in that shape. */
function firstOf(x: Tensor, axis: number, shape: Shape): Tensor {
  const some = sliceAxis(x, { axis, start: 0, stop: sizeOf(shape) });
  return reshape(some, x.shape.toSpliced(axis, 1, ...shape));
}

function weighted(from: Tensor, p: Tensor, shape: Shape, replace: boolean): Tensor {
  const n = p.shape[0]!;
  if (!replace) {
    // The largest logarithms with Gumbel noise are a draw without replacement.
    const [, ids] = topK(add(gumbel(from, [n], { dtype: p.dtype }), log(p)), sizeOf(shape));
    return reshape(ids, shape);
  }
  const bounds = cumsum(p, { axis: 0 });
  const total = reshape(sliceAxis(bounds, { axis: 0, start: n - 1, stop: n }), []);
  const u = uniform(from, shape, { dtype: p.dtype });
  return searchSorted(bounds, mul(total, sub(1, u)));
}
