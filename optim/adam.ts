import { add, convert, type DType, type Tensor, type Tree, treeMap, zeros } from "../core/mod.ts";
import { descent } from "./_descent.ts";
import { meansOf, overRoots } from "./_directions.ts";
import { accumulator, biasCorrection, firstStep, updateMoment } from "./moments.ts";
import type { LearningRate, Optimizer, Transform } from "./optimizer.ts";

/** Options of `adam` and of what is built on it. */
export type AdamOptions = {
  /** Decay of the mean of gradients. Default 0.9. */
  readonly b1?: number;
  /** Decay of the mean of squared gradients. Default 0.999. */
  readonly b2?: number;
  /** Added to the root, so in the unit of a gradient. Default 1e-8. */
  readonly eps?: number;
  /** Added under the root, so in the unit of a squared gradient. Default 0. */
  readonly epsRoot?: number;
  /** Whether to look ahead by one step of the mean (NAdam). Default false. */
  readonly nesterov?: boolean;
  /** Dtype that the mean of gradients is kept in between steps. Default float32. */
  readonly muDtype?: DType;
};

/** Steps taken, and the running means of gradients and of their squares, in float32. */
export type AdamState = { readonly step: Tensor; readonly mu: Tree; readonly nu: Tree };

/**
 * The direction of Adam, m̂ / (√(v̂ + epsRoot) + eps), without a learning rate.
 *
 * m ← b1 · m + (1 - b1) · g and v ← b2 · v + (1 - b2) · g², each divided by 1 - b^step.
 *
 * @see Kingma & Ba 2014, arXiv:1412.6980, algorithm 1; Dozat 2016 for `nesterov`
 */
export function scaleByAdam(options: AdamOptions = {}): Transform<AdamState> {
  const { b1 = 0.9, b2 = 0.999, eps = 1e-8, epsRoot = 0, nesterov = false, muDtype } = options;
  return {
    kind: "transform",
    init: (params) => ({
      step: firstStep(),
      mu: treeMap((p) => muDtype ? zeros(p.shape, { dtype: muDtype }) : accumulator(p), params),
      nu: treeMap(accumulator, params),
    }),
    update: (grads, state) => {
      const step = add(state.step, 1);
      const mu = updateMoment(state.mu, grads, { decay: b1 });
      const nu = updateMoment(state.nu, grads, { decay: b2, order: 2 });
      const means = meansOf(mu, grads, { b1, step, nesterov });
      const squares = biasCorrection(nu, { decay: b2, step });
      const directions = overRoots(grads, { means, squares }, { eps, epsRoot });
      const kept = muDtype ? treeMap((m) => convert(m, muDtype), mu) : mu;
      return [directions, { step, mu: kept, nu }];
    },
  };
}

/**
 * Adam: p ← p - lr · m̂ / (√v̂ + eps).
 *
 * @param lr the learning rate, or a schedule
 * @see Kingma & Ba 2014, arXiv:1412.6980
 */
export function adam(lr: LearningRate, options: AdamOptions = {}): Optimizer<AdamState> {
  return descent(scaleByAdam(options), lr);
}
