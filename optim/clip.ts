import {
  add,
  clamp,
  convert,
  div,
  less,
  maximum,
  mul,
  sqrt,
  square,
  sum,
  type Tensor,
  type Tree,
  treeLeaves,
  treeMap,
  where,
  zeros,
} from "../core/mod.ts";
import { leafRms } from "./_leaf_size.ts";
import { stateless } from "./identity.ts";
import { widen } from "./moments.ts";
import type { EmptyState, Transform } from "./optimizer.ts";

/** √(Σ x²) over all elements of all leaves, a float32 scalar. */
export function globalNorm(tree: Tree): Tensor {
  const squares = treeLeaves(tree).map((leaf) => sum(square(widen(leaf))));
  if (squares.length === 0) return zeros([]);
  return sqrt(squares.reduce((a, b) => add(a, b)));
}

/**
 * Scales all gradients together so that their global norm is at most `maxNorm`.
 *
 * @see Pascanu et al. 2012, arXiv:1211.5063
 */
export function clipByGlobalNorm(maxNorm: number): Transform<EmptyState> {
  return stateless((grads) => {
    const norm = globalNorm(grads);
    // Where the norm is small the division is not taken, so a norm of zero gives no NaN.
    const factor = where(less(norm, maxNorm), 1, div(maxNorm, norm));
    return treeMap((g) => convert(mul(widen(g), factor), g.dtype), grads);
  });
}

/** Brings every element of the gradients into [-maxDelta, maxDelta]. */
export function clip(maxDelta: number): Transform<EmptyState> {
  return stateless((grads) => treeMap((g) => clamp(g, -maxDelta, maxDelta), grads));
}

/** Scales each gradient so that its root mean square is at most `threshold`. */
export function clipByBlockRms(threshold: number): Transform<EmptyState> {
  return stateless((grads) =>
    treeMap((g) => div(widen(g), maximum(1, div(leafRms(g), threshold))), grads)
  );
}
