import { add, sub, treeMap, treeZip } from "../core/mod.ts";
import { descent } from "./_descent.ts";
import { meansOf, overRoots } from "./_directions.ts";
import { type AdamOptions, type AdamState, scaleByAdam } from "./adam.ts";
import { biasCorrection, updateMoment, widen } from "./moments.ts";
import type { LearningRate, Optimizer, Transform } from "./optimizer.ts";

/** Options of `adabelief`: those of Adam, but both eps are 1e-16 by default. */
export type AdabeliefOptions = Omit<AdamOptions, "muDtype">;

/**
 * The direction of AdaBelief, m̂ / (√ŝ + eps) with s ← b2 · s + (1 - b2) · (g - m)² + epsRoot: the
 * step is large where gradients are as their mean foretells.
 *
 * @see Zhuang et al. 2020, arXiv:2010.07468
 */
export function scaleByBelief(options: AdabeliefOptions = {}): Transform<AdamState> {
  const { b1 = 0.9, b2 = 0.999, eps = 1e-16, epsRoot = 1e-16, nesterov = false } = options;
  return {
    kind: "transform",
    init: scaleByAdam().init,
    update: (grads, state) => {
      const step = add(state.step, 1);
      const mu = updateMoment(state.mu, grads, { decay: b1 });
      const errors = treeZip(([g, m]) => sub(widen(g!), m!), grads, mu);
      const spread = updateMoment(state.nu, errors, { decay: b2, order: 2 });
      const nu = treeMap((s) => add(s, epsRoot), spread);
      const means = meansOf(mu, grads, { b1, step, nesterov });
      const squares = biasCorrection(nu, { decay: b2, step });
      const directions = overRoots(grads, { means, squares }, { eps, epsRoot: 0 });
      return [directions, { step, mu, nu }];
    },
  };
}

/**
 * AdaBelief: p ← p - lr · m̂ / (√ŝ + eps), where s averages (g - m)².
 *
 * @param lr the learning rate, or a schedule
 * @see Zhuang et al. 2020, arXiv:2010.07468
 */
export function adabelief(lr: LearningRate, options: AdabeliefOptions = {}): Optimizer<AdamState> {
  return descent(scaleByBelief(options), lr);
}
