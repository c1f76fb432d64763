import { add, div, equal, mul, square, sum, treeMap, treeZip, where, zeros } from "../core/mod.ts";
import { descent } from "./_descent.ts";
import { asDirections, rootOf } from "./_directions.ts";
import type { AdamState } from "./adam.ts";
import { accumulator, firstStep, movingAverage, widen } from "./moments.ts";
import type { LearningRate, Optimizer, Transform } from "./optimizer.ts";

/** Options of `novograd`. */
export type NovogradOptions = {
  /** Decay of the running sum of normalized gradients. Default 0.9. */
  readonly b1?: number;
  /** Decay of the squared norm of each leaf's gradient. Default 0.25. */
  readonly b2?: number;
  /** Added to the root. Default 1e-6. */
  readonly eps?: number;
  /** Added under the root. Default 0. */
  readonly epsRoot?: number;
  /** Share of the parameter added to its normalized gradient. Default 0. */
  readonly weightDecay?: number;
};

/**
 * The direction of NovoGrad, m ← b1 · m + g / (√(v + epsRoot) + eps) + weightDecay · p, where v, one
 * number a leaf, averages ‖g‖². The first gradient is the first value of both.
 *
 * @see Ginsburg et al. 2019, arXiv:1905.11286
 */
export function scaleByNovograd(options: NovogradOptions = {}): Transform<AdamState> {
  const { b1 = 0.9, b2 = 0.25, eps = 1e-6, epsRoot = 0, weightDecay = 0 } = options;
  return {
    kind: "transform",
    init: (params) => ({
      step: firstStep(),
      mu: treeMap(accumulator, params),
      nu: treeMap((p) => zeros([], { dtype: accumulator(p).dtype }), params),
    }),
    update: (grads, state, params) => {
      const first = equal(state.step, 0);
      const nu = treeZip(
        ([v, g]) => {
          const squared = sum(square(widen(g!)));
          return where(first, squared, movingAverage(v!, squared, { decay: b2 }));
        },
        state.nu,
        grads,
      );
      const mu = treeZip(
        ([m, g, p, v]) => {
          const normalized = div(widen(g!), rootOf(v!, { eps, epsRoot }));
          const entering = weightDecay === 0
            ? normalized
            : add(normalized, mul(weightDecay, widen(p!)));
          return where(first, entering, add(mul(b1, m!), entering));
        },
        state.mu,
        grads,
        params,
        nu,
      );
      return [asDirections(grads, mu), { step: add(state.step, 1), mu, nu }];
    },
  };
}

/**
 * NovoGrad: p ← p - lr · m, where m sums gradients that are normalized leaf by leaf.
 *
 * @param lr the learning rate, or a schedule
 * @see Ginsburg et al. 2019, arXiv:1905.11286
 */
export function novograd(lr: LearningRate, options: NovogradOptions = {}): Optimizer<AdamState> {
  return descent(scaleByNovograd(options), lr);
}
