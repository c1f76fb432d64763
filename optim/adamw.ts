import { descent, followedBy } from "./_descent.ts";
import { type AdamOptions, type AdamState, scaleByAdam } from "./adam.ts";
import { addDecayedWeights, type DecayRule } from "./decay.ts";
import type { LearningRate, Optimizer } from "./optimizer.ts";

/** Options of `adamw`. */
export type AdamwOptions = AdamOptions & {
  /** Share of the parameter taken away, times the learning rate. Default 0.01, as in PyTorch. */
  readonly weightDecay?: number;
  /** Which parameters decay; all of them by default. */
  readonly decays?: DecayRule;
};

/**
 * AdamW: p ← p - lr · (m̂ / (√v̂ + eps) + weightDecay · p).
 *
 * The decay is multiplied by the learning rate, as in PyTorch and optax and unlike the paper.
 *
 * @param lr the learning rate, or a schedule
 * @see Loshchilov & Hutter 2017, arXiv:1711.05101
 * @example One step downhill
 * ```ts
 * import "../mod.ts";
 * import { tensor } from "../core/mod.ts";
 * import { adamw } from "./mod.ts";
 * const optimizer = adamw(0.1, { weightDecay: 0 });
 * const params = { w: tensor(1) };
 * const [next] = optimizer.update({ w: tensor(3) }, optimizer.init(params), params);
 * if (Math.abs(await next.w.item() - 0.9) > 1e-6) throw new Error("unexpected");
 * ```
 */
export function adamw(lr: LearningRate, options: AdamwOptions = {}): Optimizer<AdamState> {
  const decay = addDecayedWeights({ weightDecay: 0.01, ...options });
  return descent(followedBy(scaleByAdam(options), decay), lr);
}
