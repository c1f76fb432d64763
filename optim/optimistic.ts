import {
  add,
  equal,
  mul,
  sub,
  type Tensor,
  type Tree,
  treeMap,
  treeZip,
  where,
} from "../core/mod.ts";
import { descent } from "./_descent.ts";
import { accumulator, firstStep, widen } from "./moments.ts";
import type { LearningRate, Optimizer, Transform } from "./optimizer.ts";

/** Options of `optimisticGradientDescent`. */
export type OptimisticOptions = {
  /** Weight of the gradient. Default 1. */
  readonly alpha?: number;
  /** Weight of its change. Default 1. */
  readonly beta?: number;
};

/** Steps taken, and the gradient before. */
export type OptimisticState = { readonly step: Tensor; readonly previous: Tree };

/**
 * d = (alpha + beta) · g - beta · g', where g' is the gradient before: it steadies games.
 *
 * @see Mokhtari et al. 2019, arXiv:1901.08511
 */
export function scaleByOptimisticGradient(
  options: OptimisticOptions = {},
): Transform<OptimisticState> {
  const { alpha = 1, beta = 1 } = options;
  return {
    kind: "transform",
    init: (params) => ({ step: firstStep(), previous: treeMap(accumulator, params) }),
    update: (grads, state) => {
      const first = equal(state.step, 0);
      const directions = treeZip(
        ([g, previous]) => {
          const now = widen(g!);
          return sub(mul(alpha + beta, now), mul(beta, where(first, now, previous!)));
        },
        grads,
        state.previous,
      );
      const previous = treeMap(widen, grads);
      return [directions, { step: add(state.step, 1), previous }];
    },
  };
}

/**
 * Optimistic gradient descent: p ← p - lr · ((alpha + beta) · g - beta · g').
 *
 * @param lr the learning rate, or a schedule
 * @see Mokhtari et al. 2019, arXiv:1901.08511
 */
export function optimisticGradientDescent(
  lr: LearningRate,
  options: OptimisticOptions = {},
): Optimizer<OptimisticState> {
  return descent(scaleByOptimisticGradient(options), lr);
}
