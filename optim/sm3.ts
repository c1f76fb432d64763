import {
  add,
  greater,
  max,
  minimum,
  mul,
  reshape,
  rsqrt,
  square,
  type Tensor,
  type Tree,
  treeEntries,
  treeMap,
  where,
  zeros,
} from "../core/mod.ts";
import { descent } from "./_descent.ts";
import { asDirections } from "./_directions.ts";
import { accumulator, updateMoment, widen } from "./moments.ts";
import type { LearningRate, Optimizer, Transform } from "./optimizer.ts";

/** Options of `sm3`. */
export type Sm3Options = {
  /** Decay of the mean of directions. Default 0.9. */
  readonly momentum?: number;
  /** Weight of the past in the sums; 1 forgets nothing. Default 1. */
  readonly b2?: number;
  /** Added under the root. Default 1e-8. */
  readonly eps?: number;
};

/** For every leaf, by path, what was met along each axis; and the mean of directions. */
export type Sm3State = {
  readonly mu: { readonly [path: string]: readonly Tensor[] };
  readonly nu: Tree;
};

/**
 * The direction of SM3, g / √v with v = g² + min over axes of what that axis keeps; an axis keeps the
 * maxima of v over the others, so memory is that of the sides and not of their product.
 *
 * @see Anil et al. 2019, arXiv:1901.11150
 */
export function scaleBySm3(options: Sm3Options = {}): Transform<Sm3State> {
  const { momentum = 0.9, b2 = 1, eps = 1e-8 } = options;
  return {
    kind: "transform",
    init: (params) => ({
      mu: Object.fromEntries(
        treeEntries(params).map(([path, p]) => {
          const { dtype } = accumulator(p);
          // A scalar keeps itself.
          return [path, (p.shape.length === 0 ? [1] : p.shape).map((n) => zeros([n], { dtype }))];
        }),
      ),
      nu: treeMap(accumulator, params),
    }),
    update: (grads, state) => {
      const mu: { [path: string]: readonly Tensor[] } = {};
      const normalized = treeMap((leaf, path) => {
        const g = widen(leaf);
        const kept = state.mu[path]!.map((side, axis) => along(side, axis, g.shape));
        const old = kept.reduce((a, b) => minimum(a, b));
        const v = add(mul(b2 === 1 ? 1 : 1 - b2, square(g)), mul(b2, old));
        mu[path] = state.mu[path]!.map((_, axis) => maxima(v, axis));
        return mul(g, where(greater(v, 0), rsqrt(add(v, eps)), 0));
      }, grads);
      const nu = updateMoment(state.nu, normalized, { decay: momentum });
      return [asDirections(grads, nu), { mu, nu }];
    },
  };
}

/** A side in the place of its axis, to be broadcast over the others. */
function along(side: Tensor, axis: number, shape: readonly number[]): Tensor {
  return reshape(side, shape.map((n, i) => i === axis ? n : 1));
}

/** Maxima over all other axes. */
function maxima(v: Tensor, axis: number): Tensor {
  if (v.shape.length === 0) return reshape(v, [1]);
  return max(v, { axes: v.shape.map((_, i) => i).filter((i) => i !== axis) });
}

/**
 * SM3: p ← p - lr · m, where m averages g / √v and v is kept by sides.
 *
 * @param lr the learning rate, or a schedule
 * @see Anil et al. 2019, arXiv:1901.11150
 */
export function sm3(
  lr: LearningRate,
  options: Sm3Options = {},
): Optimizer<Sm3State & { readonly step: Tensor }> {
  return descent(scaleBySm3(options), lr);
}
