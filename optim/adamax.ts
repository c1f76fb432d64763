import { abs, add, div, maximum, mul, treeZip } from "../core/mod.ts";
import { descent, followedBy } from "./_descent.ts";
import { type AdamState, scaleByAdam } from "./adam.ts";
import { addDecayedWeights, type DecayRule } from "./decay.ts";
import { biasCorrection, updateMoment, widen } from "./moments.ts";
import type { LearningRate, Optimizer, Transform } from "./optimizer.ts";

/** Options of `adamax`. */
export type AdamaxOptions = {
  /** Decay of the mean of gradients. Default 0.9. */
  readonly b1?: number;
  /** Decay of the largest gradient. Default 0.999. */
  readonly b2?: number;
  /** Added to the size of a gradient. Default 1e-8. */
  readonly eps?: number;
};

/** Options of `adamaxw`. */
export type AdamaxwOptions = AdamaxOptions & {
  /** Share of the parameter taken away, times the learning rate. Default 1e-4. */
  readonly weightDecay?: number;
  /** Which parameters decay; all of them by default. */
  readonly decays?: DecayRule;
};

/**
 * The direction of AdaMax, m̂ / u with u ← max(b2 · u, |g| + eps): Adam in the infinity norm.
 *
 * @see Kingma & Ba 2014, arXiv:1412.6980, algorithm 2
 */
export function scaleByAdamax(options: AdamaxOptions = {}): Transform<AdamState> {
  const { b1 = 0.9, b2 = 0.999, eps = 1e-8 } = options;
  return {
    kind: "transform",
    init: scaleByAdam().init,
    update: (grads, state) => {
      const step = add(state.step, 1);
      const mu = updateMoment(state.mu, grads, { decay: b1 });
      const nu = treeZip(
        ([u, g]) => maximum(add(abs(widen(g!)), eps), mul(b2, u!)),
        state.nu,
        grads,
      );
      const means = biasCorrection(mu, { decay: b1, step });
      return [treeZip(([, m, u]) => div(m!, u!), grads, means, nu), { step, mu, nu }];
    },
  };
}

/**
 * AdaMax: p ← p - lr · m̂ / max(b2 · u, |g| + eps).
 *
 * @param lr the learning rate, or a schedule
 * @see Kingma & Ba 2014, arXiv:1412.6980, algorithm 2
 */
export function adamax(lr: LearningRate, options: AdamaxOptions = {}): Optimizer<AdamState> {
  return descent(scaleByAdamax(options), lr);
}

/** AdaMax with decoupled weight decay: p ← p - lr · (m̂ / u + weightDecay · p). */
export function adamaxw(lr: LearningRate, options: AdamaxwOptions = {}): Optimizer<AdamState> {
  const decay = addDecayedWeights({ weightDecay: 1e-4, ...options });
  return descent(followedBy(scaleByAdamax(options), decay), lr);
}
