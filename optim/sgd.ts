import { add, mul, type Tensor, type Tree, treeMap, treeZip } from "../core/mod.ts";
import {
  accumulator,
  descend,
  firstStep,
  type LearningRate,
  type Optimizer,
  rateAt,
  widen,
} from "./optimizer.ts";

/** Options of `sgd`. */
export type SgdOptions = {
  /** Decay of the running sum of gradients; 0 keeps none. Default 0. */
  readonly momentum?: number;
  /** Whether to look ahead by one step of the momentum. Default false. */
  readonly nesterov?: boolean;
};

/** Steps taken, and the running sum of gradients if there is momentum. */
export type SgdState = { readonly step: Tensor; readonly trace?: Tree };

/**
 * Stochastic gradient descent: p ← p - lr · t with t ← g + momentum · t.
 *
 * With `nesterov` the step is g + momentum · t.
 */
export function sgd(lr: LearningRate, options: SgdOptions = {}): Optimizer<SgdState> {
  const { momentum = 0, nesterov = false } = options;
  return {
    init: (params) =>
      momentum === 0
        ? { step: firstStep() }
        : { step: firstStep(), trace: treeMap(accumulator, params) },
    update: (grads, state, params) => {
      const rate = rateAt(lr, state.step);
      const step = add(state.step, 1);
      if (!state.trace) return [descend(params, grads, { lr: rate }), { step }];
      const follow = ([g, t]: readonly Tensor[]): Tensor => add(widen(g!), mul(momentum, t!));
      const trace = treeZip(follow, grads, state.trace);
      const directions = nesterov ? treeZip(follow, grads, trace) : trace;
      return [descend(params, directions, { lr: rate }), { step, trace }];
    },
  };
}
