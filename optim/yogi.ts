import { add, mul, sign, square, sub, type Tree, treeMap, treeZip } from "../core/mod.ts";
import { descent } from "./_descent.ts";
import { overRoots } from "./_directions.ts";
import type { AdamState } from "./adam.ts";
import { accumulator, biasCorrection, firstStep, updateMoment, widen } from "./moments.ts";
import type { LearningRate, Optimizer, Transform } from "./optimizer.ts";

/** Options of `yogi`. */
export type YogiOptions = {
  /** Decay of the mean of gradients. Default 0.9. */
  readonly b1?: number;
  /** Weight of the past in the second moment. Default 0.999. */
  readonly b2?: number;
  /** Added to the root. Default 1e-3. */
  readonly eps?: number;
  /** Added under the root. Default 0. */
  readonly epsRoot?: number;
  /** What both averages begin with. Default 1e-6. */
  readonly initialAccumulatorValue?: number;
};

/**
 * The direction of Yogi, m̂ / (√(v̂ + epsRoot) + eps) with v ← v - (1 - b2) · sign(v - g²) · g²: the
 * second moment moves by what a gradient is, not by what it differs.
 *
 * @see Zaheer et al. 2018, "Adaptive methods for nonconvex optimization"
 */
export function scaleByYogi(options: YogiOptions = {}): Transform<AdamState> {
  const { b1 = 0.9, b2 = 0.999, eps = 1e-3, epsRoot = 0 } = options;
  const { initialAccumulatorValue = 1e-6 } = options;
  const begin = (params: Tree): Tree =>
    treeMap((p) => add(accumulator(p), initialAccumulatorValue), params);
  return {
    kind: "transform",
    init: (params) => ({ step: firstStep(), mu: begin(params), nu: begin(params) }),
    update: (grads, state) => {
      const step = add(state.step, 1);
      const mu = updateMoment(state.mu, grads, { decay: b1 });
      const nu = treeZip(
        ([v, g]) => {
          const squared = square(widen(g!));
          return sub(v!, mul(1 - b2, mul(sign(sub(v!, squared)), squared)));
        },
        state.nu,
        grads,
      );
      const means = biasCorrection(mu, { decay: b1, step });
      const squares = biasCorrection(nu, { decay: b2, step });
      const directions = overRoots(grads, { means, squares }, { eps, epsRoot });
      return [directions, { step, mu, nu }];
    },
  };
}

/**
 * Yogi: p ← p - lr · m̂ / (√v̂ + eps), where v follows g² by additive steps.
 *
 * @param lr the learning rate, or a schedule
 * @see Zaheer et al. 2018, "Adaptive methods for nonconvex optimization"
 */
export function yogi(lr: LearningRate, options: YogiOptions = {}): Optimizer<AdamState> {
  return descent(scaleByYogi(options), lr);
}
