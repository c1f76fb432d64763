import {
  add,
  clamp,
  convert,
  div,
  equal,
  maximum,
  neg,
  pow,
  sqrt,
  treeZip,
  where,
} from "../core/mod.ts";
import { descent } from "./_descent.ts";
import { asDirections } from "./_directions.ts";
import { type AdamState, scaleByAdam } from "./adam.ts";
import { updateMoment, widen } from "./moments.ts";
import type { LearningRate, Optimizer, Transform } from "./optimizer.ts";

/** Options of `adopt`. */
export type AdoptOptions = {
  /** Decay of the mean of normalized gradients. Default 0.9. */
  readonly b1?: number;
  /** Decay of the mean of squared gradients. Default 0.9999. */
  readonly b2?: number;
  /** A root is taken for at least this. Default 1e-6. */
  readonly eps?: number;
  /** Whether to look ahead by one step of the mean. Default false. */
  readonly nesterov?: boolean;
  /** Whether normalized gradients are clipped to ±step^¼. Default true. */
  readonly useClipping?: boolean;
};

/**
 * The direction of ADOPT, m ← b1 · m + (1 - b1) · g / max(√v, eps), where v has not seen g yet; so it
 * converges for any b2. The first step only fills v.
 *
 * @see Taniguchi et al. 2024, arXiv:2411.02853, algorithm 2
 */
export function scaleByAdopt(options: AdoptOptions = {}): Transform<AdamState> {
  const { b1 = 0.9, b2 = 0.9999, eps = 1e-6, nesterov = false, useClipping = true } = options;
  return {
    kind: "transform",
    init: scaleByAdam().init,
    update: (grads, state) => {
      const first = equal(state.step, 0);
      const decay = where(first, 1, b1);
      const bound = pow(convert(state.step, "f32"), 0.25);
      const normalized = treeZip(
        ([g, v]) => {
          const ratio = div(widen(g!), maximum(sqrt(v!), eps));
          return useClipping ? clamp(ratio, neg(bound), bound) : ratio;
        },
        grads,
        state.nu,
      );
      const nu = updateMoment(state.nu, grads, { decay: where(first, 0, b2), order: 2 });
      const mu = updateMoment(state.mu, normalized, { decay });
      const shown = nesterov ? updateMoment(mu, normalized, { decay }) : mu;
      return [asDirections(grads, shown), { step: add(state.step, 1), mu, nu }];
    },
  };
}

/**
 * ADOPT: p ← p - lr · m, where m averages gradients normalized by what came before them.
 *
 * @param lr the learning rate, or a schedule
 * @see Taniguchi et al. 2024, arXiv:2411.02853
 */
export function adopt(lr: LearningRate, options: AdoptOptions = {}): Optimizer<AdamState> {
  return descent(scaleByAdopt(options), lr);
}
