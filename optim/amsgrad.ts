import { add, div, maximum, sqrt, type Tensor, type Tree, treeMap, treeZip } from "../core/mod.ts";
import { descent } from "./_descent.ts";
import { accumulator, biasCorrection, firstStep, updateMoment } from "./moments.ts";
import type { LearningRate, Optimizer, Transform } from "./optimizer.ts";

/** Options of `amsgrad`. */
export type AmsgradOptions = {
  /** Decay of the mean of gradients. Default 0.9. */
  readonly b1?: number;
  /** Decay of the mean of squared gradients. Default 0.999. */
  readonly b2?: number;
  /** Added to the root. Default 1e-8. */
  readonly eps?: number;
  /** Added under the root. Default 0. */
  readonly epsRoot?: number;
  /** Whether the mean of gradients is corrected for its start at zero. Default true. */
  readonly biasCorrectionMu?: boolean;
  /**
   * When the mean of squares is corrected: before its maximum is taken, as in optax, after it, as in
   * PyTorch, or never, as in the paper. Default "before".
   */
  readonly biasCorrectionNu?: "before" | "after" | "never";
};

/** Steps taken, the running means of Adam, and the largest mean of squares so far. */
export type AmsgradState = {
  readonly step: Tensor;
  readonly mu: Tree;
  readonly nu: Tree;
  readonly nuMax: Tree;
};

/**
 * The direction of AMSGrad, m̂ / (√max(v̂) + eps): Adam whose second moment never shrinks.
 *
 * @see Reddi et al. 2018, arXiv:1904.09237
 */
export function scaleByAmsgrad(options: AmsgradOptions = {}): Transform<AmsgradState> {
  const { b1 = 0.9, b2 = 0.999, eps = 1e-8, epsRoot = 0 } = options;
  const { biasCorrectionMu = true, biasCorrectionNu = "before" } = options;
  return {
    kind: "transform",
    init: (params) => ({
      step: firstStep(),
      mu: treeMap(accumulator, params),
      nu: treeMap(accumulator, params),
      nuMax: treeMap(accumulator, params),
    }),
    update: (grads, state) => {
      const step = add(state.step, 1);
      const mu = updateMoment(state.mu, grads, { decay: b1 });
      const nu = updateMoment(state.nu, grads, { decay: b2, order: 2 });
      const correct = (v: Tree): Tree => biasCorrection(v, { decay: b2, step });
      const nuMax = treeZip(
        ([old, v]) => maximum(old!, v!),
        state.nuMax,
        biasCorrectionNu === "before" ? correct(nu) : nu,
      );
      const directions = treeZip(
        ([, m, v]) => div(m!, add(sqrt(add(v!, epsRoot)), eps)),
        grads,
        biasCorrectionMu ? biasCorrection(mu, { decay: b1, step }) : mu,
        biasCorrectionNu === "after" ? correct(nuMax) : nuMax,
      );
      return [directions, { step, mu, nu, nuMax }];
    },
  };
}

/**
 * AMSGrad: p ← p - lr · m̂ / (√max(v̂) + eps).
 *
 * @param lr the learning rate, or a schedule
 * @see Reddi et al. 2018, arXiv:1904.09237
 */
export function amsgrad(lr: LearningRate, options: AmsgradOptions = {}): Optimizer<AmsgradState> {
  return descent(scaleByAmsgrad(options), lr);
}
