import {
  add,
  convert,
  div,
  expm1,
  mul,
  neg,
  sqrt,
  square,
  type Tensor,
  type Tree,
  treeMap,
  treeZip,
} from "../core/mod.ts";
import {
  accumulator,
  descend,
  firstStep,
  type LearningRate,
  movingAverage,
  type Optimizer,
  rateAt,
  type Transform,
} from "./optimizer.ts";

/** Options of `adam` and of what is built on it. */
export type AdamOptions = {
  /** Decay of the mean of gradients. Default 0.9. */
  readonly b1?: number;
  /** Decay of the mean of squared gradients. Default 0.999. */
  readonly b2?: number;
  /** Added to the root, so in the unit of a gradient. Default 1e-8. */
  readonly eps?: number;
  /** Added under the root, so in the unit of a squared gradient. Default 0. */
  readonly epsRoot?: number;
  /** Whether to look ahead by one step of the mean (NAdam). Default false. */
  readonly nesterov?: boolean;
};

/** Steps taken, and the running means of gradients and of their squares, in float32. */
export type AdamState = { readonly step: Tensor; readonly mu: Tree; readonly nu: Tree };

/**
 * The direction of Adam, m̂ / (√(v̂ + epsRoot) + eps), without a learning rate.
 *
 * @see Kingma & Ba 2014, arXiv:1412.6980, algorithm 1; Dozat 2016 for `nesterov`
 */
export function scaleByAdam(options: AdamOptions = {}): Transform<AdamState> {
  const { b1 = 0.9, b2 = 0.999, eps = 1e-8, epsRoot = 0, nesterov = false } = options;
  return {
    kind: "transform",
    init: (params) => ({
      step: firstStep(),
      mu: treeMap(accumulator, params),
      nu: treeMap(accumulator, params),
    }),
    update: (grads, state) => {
      const step = add(state.step, 1);
      // m ← b1 · m + (1 - b1) · g,  v ← b2 · v + (1 - b2) · g²
      const mu = treeZip(([m, g]) => movingAverage(m!, g!, { decay: b1 }), state.mu, grads);
      const nu = treeZip(
        ([v, g]) => movingAverage(v!, square(convert(g!, v!.dtype)), { decay: b2 }),
        state.nu,
        grads,
      );
      const correct1 = unbias(b1, step);
      const correct2 = unbias(b2, step);
      const correctAhead = unbias(b1, add(step, 1));
      const directions = treeZip(
        ([g, m, v]) => {
          const mean = nesterov
            ? add(
              mul(b1, div(m!, correctAhead)),
              mul(1 - b1, div(convert(g!, m!.dtype), correct1)),
            )
            : div(m!, correct1);
          return div(mean, add(sqrt(add(div(v!, correct2), epsRoot)), eps));
        },
        grads,
        mu,
        nu,
      );
      return [directions, { step, mu, nu }];
    },
  };
}

/**
 * Adam: p ← p - lr · m̂ / (√v̂ + eps).
 *
 * @param lr the learning rate, or a schedule
 * @see Kingma & Ba 2014, arXiv:1412.6980
 */
export function adam(lr: LearningRate, options: AdamOptions = {}): Optimizer<AdamState> {
  const direction = scaleByAdam(options);
  return {
    init: direction.init,
    update: (grads, state, params) => {
      const [directions, next] = direction.update(grads, state, params);
      return [descend(params, directions, { lr: rateAt(lr, state.step) }), next];
    },
  };
}

/** 1 - decay^step. Not by `pow`: for the first steps it would lose half of float32's digits. */
function unbias(decay: number, step: Tensor): Tensor {
  return neg(expm1(mul(Math.log(decay), convert(step, "f32"))));
}
