import { descent, followedBy } from "./_descent.ts";
import { type AdamState, scaleByAdam } from "./adam.ts";
import type { AdamwOptions } from "./adamw.ts";
import { addDecayedWeights } from "./decay.ts";
import type { LearningRate, Optimizer } from "./optimizer.ts";
import { scaleByTrustRatio } from "./trust_ratio.ts";

/** Options of `lamb`: those of AdamW, but eps is 1e-6 and weightDecay 0 by default. */
export type LambOptions = AdamwOptions;

/**
 * LAMB: p ← p - lr · d · ‖p‖ / ‖d‖ with AdamW's d = m̂ / (√v̂ + eps) + weightDecay · p, leaf by leaf:
 * for very large batches.
 *
 * @param lr the learning rate, or a schedule
 * @see You et al. 2019, arXiv:1904.00962
 */
export function lamb(lr: LearningRate, options: LambOptions = {}): Optimizer<AdamState> {
  const direction = scaleByAdam({ eps: 1e-6, ...options });
  return descent(followedBy(direction, addDecayedWeights(options), scaleByTrustRatio()), lr);
}
