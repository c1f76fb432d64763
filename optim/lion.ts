import { add, sign, type Tensor, type Tree, treeMap, treeZip } from "../core/mod.ts";
import { descent, followedBy } from "./_descent.ts";
import { addDecayedWeights, type DecayRule } from "./decay.ts";
import { accumulator, firstStep, movingAverage, updateMoment } from "./moments.ts";
import type { LearningRate, Optimizer, Transform } from "./optimizer.ts";

/** Options of `scaleByLion`. */
export type ScaleByLionOptions = {
  /** Weight of the mean in the direction. Default 0.9. */
  readonly b1?: number;
  /** Decay of the mean of gradients. Default 0.99. */
  readonly b2?: number;
};

/** Options of `lion`. */
export type LionOptions = ScaleByLionOptions & {
  /** Share of the parameter taken away, times the learning rate. Default 1e-3. */
  readonly weightDecay?: number;
  /** Which parameters decay; all of them by default. */
  readonly decays?: DecayRule;
};

/** Steps taken, and the running mean of gradients, in float32. */
export type LionState = { readonly step: Tensor; readonly mu: Tree };

/**
 * The direction of Lion, sign(b1 · m + (1 - b1) · g); then m ← b2 · m + (1 - b2) · g.
 *
 * @see Chen et al. 2023, arXiv:2302.06675
 */
export function scaleByLion(options: ScaleByLionOptions = {}): Transform<LionState> {
  const { b1 = 0.9, b2 = 0.99 } = options;
  return {
    kind: "transform",
    init: (params) => ({ step: firstStep(), mu: treeMap(accumulator, params) }),
    update: (grads, state) => {
      const directions = treeZip(
        ([g, m]) => sign(movingAverage(m!, g!, { decay: b1 })),
        grads,
        state.mu,
      );
      const mu = updateMoment(state.mu, grads, { decay: b2 });
      return [directions, { step: add(state.step, 1), mu }];
    },
  };
}

/**
 * Lion: p ← p - lr · (sign(b1 · m + (1 - b1) · g) + weightDecay · p), then m ← b2 · m + (1 - b2) · g.
 *
 * @param lr the learning rate, or a schedule; commonly a tenth of AdamW's
 * @see Chen et al. 2023, arXiv:2302.06675
 */
export function lion(lr: LearningRate, options: LionOptions = {}): Optimizer<LionState> {
  const decay = addDecayedWeights({ weightDecay: 1e-3, ...options });
  return descent(followedBy(scaleByLion(options), decay), lr);
}
