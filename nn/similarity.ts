import { div, maximum, mul, sqrt, square, sum, type Tensor } from "../core/mod.ts";
import { inWide } from "./_wide.ts";

/** Options of `l2Normalize` and `cosineSimilarity`. */
export type SimilarityOptions = {
  /** The axis of the vectors. Default: the last. */
  readonly axis?: number;
  /** Length below which a vector is not stretched further. Default 1e-8. */
  readonly eps?: number;
};

/**
 * Vectors of length one: x / max(|x|, eps) along an axis. A zero vector stays zero, and its
 * derivative is finite.
 *
 * @param x floats
 * @param options `axis`, `eps`
 */
export function l2Normalize(x: Tensor, options: SimilarityOptions = {}): Tensor {
  return inWide(x, (wide) => div(wide, lengths(wide, options)));
}

/**
 * Cosine of the angle between vectors: x · y / (max(|x|, eps) max(|y|, eps)) along an axis, which is
 * dropped.
 *
 * @param x floats
 * @param y floats that broadcast with `x`
 * @param options `axis`, `eps`
 * @example Orthogonal and parallel
 * ```ts
 * import "../mod.ts";
 * import { tensor } from "../core/mod.ts";
 * import { cosineSimilarity } from "./mod.ts";
 * const y = cosineSimilarity(tensor([[1, 0], [0, 2]]), tensor([0, 1]));
 * if ((await y.data()).join() !== "0,1") throw new Error("unexpected");
 * ```
 */
export function cosineSimilarity(x: Tensor, y: Tensor, options: SimilarityOptions = {}): Tensor {
  const { axis = -1 } = options;
  return sum(mul(l2Normalize(x, options), l2Normalize(y, options)), { axes: axis });
}

function lengths(x: Tensor, { axis = -1, eps = 1e-8 }: SimilarityOptions): Tensor {
  // The bound is put on the square: the derivative of the root at 0 is infinite.
  return sqrt(maximum(sum(square(x), { axes: axis, keepDims: true }), eps * eps));
}
