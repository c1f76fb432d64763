import {
  add,
  clamp,
  convert,
  div,
  less,
  mul,
  sqrt,
  square,
  sum,
  type Tensor,
  type Tree,
  treeLeaves,
  treeMap,
  where,
} from "../core/mod.ts";
import { type EmptyState, type Transform, widen } from "./optimizer.ts";

/** √(Σ x²) over all elements of all leaves, a float32 scalar. */
export function globalNorm(tree: Tree): Tensor {
  const squares = treeLeaves(tree).map((leaf) => sum(square(widen(leaf))));
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

/** A transformation of gradients that keeps no state and looks at no parameter. */
export function stateless(f: <P extends Tree>(grads: P) => P): Transform<EmptyState> {
  return {
    kind: "transform",
    init: () => ({}),
    update: (grads, state) => [f(grads), state],
  };
}
