import { add, mul, rsqrt, square, type Tensor, type Tree, treeMap, treeZip } from "../core/mod.ts";
import {
  accumulator,
  descend,
  firstStep,
  type LearningRate,
  movingAverage,
  type Optimizer,
  rateAt,
  widen,
} from "./optimizer.ts";

/** Options of `rmsprop`. */
export type RmspropOptions = {
  /** Decay of the mean of squared gradients. Default 0.9. */
  readonly decay?: number;
  /** Added under the root. Default 1e-8. */
  readonly eps?: number;
};

/** Steps taken, and the running mean of squared gradients, in float32. */
export type RmspropState = { readonly step: Tensor; readonly nu: Tree };

/**
 * RMSProp: p ← p - lr · g / √(v + eps) with v ← decay · v + (1 - decay) · g².
 *
 * As in optax, and unlike PyTorch, eps is under the root.
 *
 * @see Hinton 2012, lecture 6e
 */
export function rmsprop(lr: LearningRate, options: RmspropOptions = {}): Optimizer<RmspropState> {
  const { decay = 0.9, eps = 1e-8 } = options;
  return {
    init: (params) => ({ step: firstStep(), nu: treeMap(accumulator, params) }),
    update: (grads, state, params) => {
      const nu = treeZip(
        ([v, g]) => movingAverage(v!, square(widen(g!)), { decay }),
        state.nu,
        grads,
      );
      const directions = treeZip(
        ([g, v]) => mul(widen(g!), rsqrt(add(v!, eps))),
        grads,
        nu,
      );
      const next = { step: add(state.step, 1), nu };
      return [descend(params, directions, { lr: rateAt(lr, state.step) }), next];
    },
  };
}
