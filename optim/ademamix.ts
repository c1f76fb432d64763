import { add, div, mul, type Tensor, type Tree, treeMap, treeZip } from "../core/mod.ts";
import { descent, followedBy } from "./_descent.ts";
import { rootOf } from "./_directions.ts";
import { addDecayedWeights, type DecayOptions } from "./decay.ts";
import { accumulator, biasCorrection, firstStep, updateMoment } from "./moments.ts";
import {
  type LearningRate,
  type Optimizer,
  rateAt,
  type Schedule,
  type Transform,
} from "./optimizer.ts";

/** Options of `scaleByAdemamix`. */
export type ScaleByAdemamixOptions = {
  /** Decay of the fast mean of gradients. Default 0.9. */
  readonly b1?: number;
  /** Decay of the mean of squared gradients. Default 0.999. */
  readonly b2?: number;
  /** Decay of the slow mean of gradients, or its schedule. Default 0.9999. */
  readonly b3?: number | Schedule;
  /** Weight of the slow mean, or its schedule. Default 6; of `ademamix` 5. */
  readonly alpha?: number | Schedule;
  /** Added to the root. Default 1e-8. */
  readonly eps?: number;
  /** Added under the root. Default 0. */
  readonly epsRoot?: number;
};

/** Options of `ademamix`. */
export type AdemamixOptions = ScaleByAdemamixOptions & DecayOptions;

/** Steps taken, the fast and the slow mean of gradients, and that of their squares. */
export type AdemamixState = {
  readonly step: Tensor;
  readonly m1: Tree;
  readonly m2: Tree;
  readonly nu: Tree;
};

/**
 * The direction of AdEMAMix, (m̂₁ + alpha · m₂) / (√(v̂ + epsRoot) + eps): a second, slow mean keeps
 * what gradients said long ago.
 *
 * @see Pagliardini et al. 2024, arXiv:2409.03137
 */
export function scaleByAdemamix(options: ScaleByAdemamixOptions = {}): Transform<AdemamixState> {
  const { b1 = 0.9, b2 = 0.999, b3 = 0.9999, alpha = 6, eps = 1e-8, epsRoot = 0 } = options;
  return {
    kind: "transform",
    init: (params) => ({
      step: firstStep(),
      m1: treeMap(accumulator, params),
      m2: treeMap(accumulator, params),
      nu: treeMap(accumulator, params),
    }),
    update: (grads, state) => {
      const step = add(state.step, 1);
      const m1 = updateMoment(state.m1, grads, { decay: b1 });
      const m2 = updateMoment(state.m2, grads, { decay: rateAt(b3, state.step) });
      const nu = updateMoment(state.nu, grads, { decay: b2, order: 2 });
      const weight = rateAt(alpha, state.step);
      const directions = treeZip(
        ([, fast, slow, v]) => div(add(fast!, mul(weight, slow!)), rootOf(v!, { eps, epsRoot })),
        grads,
        biasCorrection(m1, { decay: b1, step }),
        m2,
        biasCorrection(nu, { decay: b2, step }),
      );
      return [directions, { step, m1, m2, nu }];
    },
  };
}

/**
 * AdEMAMix: p ← p - lr · ((m̂₁ + alpha · m₂) / (√v̂ + eps) + weightDecay · p).
 *
 * @param lr the learning rate, or a schedule
 * @see Pagliardini et al. 2024, arXiv:2409.03137
 */
export function ademamix(
  lr: LearningRate,
  options: AdemamixOptions = {},
): Optimizer<AdemamixState> {
  const direction = scaleByAdemamix({ alpha: 5, ...options });
  return descent(followedBy(direction, addDecayedWeights(options)), lr);
}
