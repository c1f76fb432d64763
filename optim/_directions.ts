import { add, div, mul, sqrt, type Tensor, type Tree, treeZip } from "../core/mod.ts";
import { biasCorrection, unbias, widen } from "./moments.ts";

/** What Adam adds to the root of a second moment, and under it. */
export type RootOptions = { readonly eps: number; readonly epsRoot: number };

/** √(v + epsRoot) + eps. */
export function rootOf(v: Tensor, { eps, epsRoot }: RootOptions): Tensor {
  return add(sqrt(add(v, epsRoot)), eps);
}

/** m / (√(v + epsRoot) + eps), leaf by leaf, as a tree of the type of the gradients. */
export function overRoots<P extends Tree>(
  grads: P,
  moments: { readonly means: Tree; readonly squares: Tree },
  options: RootOptions,
): P {
  return treeZip(([, m, v]) => div(m!, rootOf(v!, options)), grads, moments.means, moments.squares);
}

/**
 * The corrected mean of gradients, m̂; with `nesterov` as it would be after this gradient once more:
 * b1 · m̂ + (1 - b1) · ĝ.
 */
export function meansOf(
  mu: Tree,
  grads: Tree,
  options: { readonly b1: number; readonly step: Tensor; readonly nesterov: boolean },
): Tree {
  const { b1, step, nesterov } = options;
  if (!nesterov) return biasCorrection(mu, { decay: b1, step });
  const ahead = unbias(b1, add(step, 1));
  const here = unbias(b1, step);
  return treeZip(
    ([m, g]) => add(mul(b1, div(m!, ahead)), mul(1 - b1, div(widen(g!), here))),
    mu,
    grads,
  );
}

/** A tree with the structure of the gradients, by their type. */
export function asDirections<P extends Tree>(grads: P, tree: Tree): P {
  return treeZip(([, x]) => x!, grads, tree);
}
