import {
  add,
  convert,
  mul,
  normal,
  pow,
  splitKey,
  type Tensor,
  treeLeaves,
  treeMap,
} from "../core/mod.ts";
import { descent } from "./_descent.ts";
import { firstStep, widen } from "./moments.ts";
import type { LearningRate, Optimizer, Transform } from "./optimizer.ts";

/** Options of `addNoise` and `noisySgd`. */
export type NoiseOptions = {
  /** Variance at the first step. Default 0.01. */
  readonly eta?: number;
  /** Exponent by which it falls. Default 0.55. */
  readonly gamma?: number;
};

/** Steps taken, and the key of the noise to come. */
export type NoiseState = { readonly step: Tensor; readonly key: Tensor };

/**
 * Adds normal noise of variance eta / step^gamma to the gradients.
 *
 * @param key the key that all noise derives from
 * @see Neelakantan et al. 2015, arXiv:1511.06807
 */
export function addNoise(key: Tensor, options: NoiseOptions = {}): Transform<NoiseState> {
  const { eta = 0.01, gamma = 0.55 } = options;
  return {
    kind: "transform",
    // A copy: the state may be donated, and the key is the caller's.
    init: () => ({ step: firstStep(), key: add(key, 0) }),
    update: (grads, state) => {
      const step = add(state.step, 1);
      const [next, sample] = splitKey(state.key);
      const keys = splitKey(sample, treeLeaves(grads).length);
      const spread = mul(Math.sqrt(eta), pow(convert(step, "f32"), -gamma / 2));
      let leaf = 0;
      const noisy = treeMap(
        (g) => add(widen(g), mul(spread, normal(keys[leaf++]!, g.shape))),
        grads,
      );
      return [noisy, { step, key: next }];
    },
  };
}

/**
 * Gradient descent with annealed noise: p ← p - lr · (g + noise).
 *
 * @param lr the learning rate, or a schedule
 * @see Neelakantan et al. 2015, arXiv:1511.06807
 */
export function noisySgd(
  lr: LearningRate,
  options: NoiseOptions & { readonly key: Tensor },
): Optimizer<NoiseState> {
  return descent(addNoise(options.key, options), lr);
}
