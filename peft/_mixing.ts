import {
  abs,
  add,
  convert,
  div,
  equal,
  greaterEqual,
  less,
  maximum,
  mul,
  reshape,
  sign,
  slice,
  sort,
  type Tensor,
  uniform,
  where,
} from "../core/mod.ts";
import { sizeOf } from "../core/internal.ts";

/** How tensors of several adapters become one. */
export type Mixing = "linear" | "ties" | "dare_linear" | "dare_ties" | "magnitude_prune";

/** Settings of `mix`. */
export type MixOptions = {
  /** One factor a tensor. */
  readonly weights: readonly number[];
  /** Share of the elements of each tensor that is kept. */
  readonly density: number;
  /** What decides the sign of an element: the sum of the values, or of their signs. */
  readonly majority_sign_method: "total" | "frequency";
  /** Which elements of tensor `index` random pruning keeps, 1 or 0. */
  readonly mask: (index: number, tensor: Tensor) => Tensor;
};

/**
 * One tensor of several: pruned, then added up.
 *
 * - TIES keeps the largest elements, elects a sign for each, and averages those that agree with it
 * - DARE keeps random elements, divided by the density
 *
 * @see Yadav et al. 2023, arXiv:2306.01708; Yu et al. 2023, arXiv:2311.03099
 */
export function mix(tensors: readonly Tensor[], mixing: Mixing, options: MixOptions): Tensor {
  switch (mixing) {
    case "linear":
      return weightedSum(tensors, options.weights);
    case "magnitude_prune":
      return weightedSum(tensors.map((x) => keepLargest(x, options.density)), options.weights);
    case "dare_linear":
      return weightedSum(tensors.map((x, i) => keepRandom(x, i, options)), options.weights);
    case "ties":
      return mergeAgreeing(tensors.map((x) => keepLargest(x, options.density)), options);
    case "dare_ties":
      return mergeAgreeing(tensors.map((x, i) => keepRandom(x, i, options)), options);
  }
}

/** Σ w x. */
export function weightedSum(tensors: readonly Tensor[], weights: readonly number[]): Tensor {
  return tensors.map((x, i) => mul(weights[i]!, x)).reduce((sum, x) => add(sum, x));
}

/** The ⌊density · size⌋ elements of greatest magnitude; the others are zero. */
function keepLargest(x: Tensor, density: number): Tensor {
  const size = sizeOf(x.shape);
  const kept = Math.floor(density * size);
  if (kept >= size) return x;
  if (kept === 0) return mul(0, x);
  const magnitudes = sort(reshape(abs(x), [size]));
  const threshold = slice(magnitudes, { start: [size - kept], stop: [size - kept + 1] });
  return where(greaterEqual(abs(x), reshape(threshold, [])), x, 0);
}

function keepRandom(x: Tensor, index: number, { mask, density }: MixOptions): Tensor {
  return div(mul(convert(mask(index, x), x.dtype), x), density);
}

/** A random mask of `shape`, 1 with probability `density`. */
export function randomMask(key: Tensor, x: Tensor, density: number): Tensor {
  return less(uniform(key, x.shape), density);
}

/** The mean of those that have the elected sign, or zero. */
function mergeAgreeing(tensors: readonly Tensor[], options: MixOptions): Tensor {
  const votes = options.majority_sign_method === "total" ? tensors : tensors.map((x) => sign(x));
  const elected = where(greaterEqual(votes.reduce((a, b) => add(a, b)), 0), 1, -1);
  const agrees = tensors.map((x) => convert(equal(sign(x), elected), x.dtype));
  const total = weightedSum(tensors.map((x, i) => mul(x, agrees[i]!)), options.weights);
  return div(total, maximum(agrees.reduce((a, b) => add(a, b)), 1));
}
