import { add, sign, type Tensor, type Tree, treeMap, treeZip } from "../core/mod.ts";
import { addDecay, type DecayRule } from "./adamw.ts";
import {
  accumulator,
  descend,
  firstStep,
  type LearningRate,
  movingAverage,
  type Optimizer,
  rateAt,
} from "./optimizer.ts";

/** Options of `lion`. */
export type LionOptions = {
  /** Weight of the mean in the direction. Default 0.9. */
  readonly b1?: number;
  /** Decay of the mean of gradients. Default 0.99. */
  readonly b2?: number;
  /** Share of the parameter taken away, times the learning rate. Default 1e-3. */
  readonly weightDecay?: number;
  /** Which parameters decay; all of them by default. */
  readonly decays?: DecayRule;
};

/** Steps taken, and the running mean of gradients, in float32. */
export type LionState = { readonly step: Tensor; readonly mu: Tree };

/**
 * Lion: p ← p - lr · (sign(b1 · m + (1 - b1) · g) + weightDecay · p), then m ← b2 · m + (1 - b2) · g.
 *
 * @param lr the learning rate, or a schedule; commonly a tenth of AdamW's
 * @see Chen et al. 2023, arXiv:2302.06675
 */
export function lion(lr: LearningRate, options: LionOptions = {}): Optimizer<LionState> {
  const { b1 = 0.9, b2 = 0.99, weightDecay = 1e-3, decays = () => true } = options;
  const average = <T extends Tree>(grads: T, mu: Tree, decay: number): T =>
    treeZip(([g, m]) => movingAverage(m!, g!, { decay }), grads, mu);
  return {
    init: (params) => ({ step: firstStep(), mu: treeMap(accumulator, params) }),
    update: (grads, state, params) => {
      const signs = treeMap((x) => sign(x), average(grads, state.mu, b1));
      const directions = addDecay(signs, params, { weightDecay, decays });
      const next = { step: add(state.step, 1), mu: average(grads, state.mu, b2) };
      return [descend(params, directions, { lr: rateAt(lr, state.step) }), next];
    },
  };
}
