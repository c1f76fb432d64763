import {
  add,
  div,
  equal,
  mul,
  sub,
  type Tensor,
  type Tree,
  treeMap,
  treeZip,
  where,
} from "../core/mod.ts";
import { descent, followedBy } from "./_descent.ts";
import { rootOf } from "./_directions.ts";
import { addDecayedWeights, type DecayOptions } from "./decay.ts";
import { accumulator, biasCorrection, firstStep, updateMoment, widen } from "./moments.ts";
import type { LearningRate, Optimizer, Transform } from "./optimizer.ts";

/** Options of `scaleByAdan`. */
export type ScaleByAdanOptions = {
  /** Decay of the mean of gradients. Default 0.98. */
  readonly b1?: number;
  /** Decay of the mean of their changes. Default 0.92. */
  readonly b2?: number;
  /** Decay of the mean of squares. Default 0.99. */
  readonly b3?: number;
  /** Added to the root. Default 1e-8. */
  readonly eps?: number;
  /** Added under the root. Default 1e-8. */
  readonly epsRoot?: number;
};

/** Options of `adan`. */
export type AdanOptions = ScaleByAdanOptions & DecayOptions;

/** Steps taken; means of gradients, of their changes and of squares; the gradient before. */
export type AdanState = {
  readonly step: Tensor;
  readonly m: Tree;
  readonly v: Tree;
  readonly n: Tree;
  readonly g: Tree;
};

/**
 * The direction of Adan, (m̂ + (1 - b2) · v̂) / (√(n̂ + epsRoot) + eps), where m averages g, v averages
 * the change g - g', and n averages (g + (1 - b2) · (g - g'))².
 *
 * @see Xie et al. 2022, arXiv:2208.06677
 */
export function scaleByAdan(options: ScaleByAdanOptions = {}): Transform<AdanState> {
  const { b1 = 0.98, b2 = 0.92, b3 = 0.99, eps = 1e-8, epsRoot = 1e-8 } = options;
  return {
    kind: "transform",
    init: (params) => {
      const zeros = (): Tree => treeMap(accumulator, params);
      return { step: firstStep(), m: zeros(), v: zeros(), n: zeros(), g: zeros() };
    },
    update: (grads, state) => {
      const step = add(state.step, 1);
      const first = equal(state.step, 0);
      const now: Tree = treeMap(widen, grads);
      const changes = treeZip(
        ([g, before]) => where(first, 0, sub(g!, before!)),
        now,
        state.g,
      );
      const ahead = treeZip(([g, change]) => add(g!, mul(1 - b2, change!)), now, changes);
      const m = updateMoment(state.m, now, { decay: b1 });
      const v = updateMoment(state.v, changes, { decay: b2 });
      const n = updateMoment(state.n, ahead, { decay: b3, order: 2 });
      const directions = treeZip(
        ([, mean, change, squared]) =>
          div(add(mean!, mul(1 - b2, change!)), rootOf(squared!, { eps, epsRoot })),
        grads,
        biasCorrection(m, { decay: b1, step }),
        biasCorrection(v, { decay: b2, step }),
        biasCorrection(n, { decay: b3, step }),
      );
      return [directions, { step, m, v, n, g: now }];
    },
  };
}

/**
 * Adan: Adam with Nesterov's momentum by changes of gradients.
 *
 * @param lr the learning rate, or a schedule
 * @see Xie et al. 2022, arXiv:2208.06677
 */
export function adan(lr: LearningRate, options: AdanOptions = {}): Optimizer<AdanState> {
  return descent(followedBy(scaleByAdan(options), addDecayedWeights(options)), lr);
}
