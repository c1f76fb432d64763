import {
  add,
  maximum,
  mul,
  reciprocal,
  rsqrt,
  sqrt,
  square,
  sub,
  type Tensor,
  type Tree,
  treeMap,
  treeZip,
} from "../core/mod.ts";
import { accumulator, biasCorrection, firstStep, updateMoment, widen } from "./moments.ts";
import type { Transform } from "./optimizer.ts";

/** Options of `scaleByRms` and `scaleByStddev`. */
export type RmsOptions = {
  /** Decay of the averages. Default 0.9; PyTorch's is 0.99. */
  readonly decay?: number;
  /** Added under the root, or to it. Default 1e-8. */
  readonly eps?: number;
  /** Whether eps is under the root; PyTorch adds it to the root. Default true. */
  readonly epsInSqrt?: boolean;
  /** What the average of squares begins with. Default 0. */
  readonly initialScale?: number;
  /** Whether the averages are corrected for their start at zero. Default false. */
  readonly biasCorrection?: boolean;
};

/** The running mean of squared gradients; steps taken where the correction asks for them. */
export type RmsState = { readonly step?: Tensor; readonly nu: Tree };

/** As `RmsState`, and the running mean of gradients. */
export type StddevState = RmsState & { readonly mu: Tree };

/**
 * The direction of RMSProp, g / √(v + eps) with v ← decay · v + (1 - decay) · g².
 *
 * @see Hinton 2012, lecture 6e
 */
export function scaleByRms(options: RmsOptions = {}): Transform<RmsState> {
  const { decay = 0.9 } = options;
  return {
    kind: "transform",
    init: (params) => initial(params, options),
    update: (grads, state) => {
      const count = state.step && { step: add(state.step, 1) };
      const nu = updateMoment(state.nu, grads, { decay, order: 2 });
      const squares = count ? biasCorrection(nu, { decay, ...count }) : nu;
      const directions = treeZip(
        ([g, v]) => mul(inverseRoot(v!, options), widen(g!)),
        grads,
        squares,
      );
      return [directions, { ...count, nu }];
    },
  };
}

/**
 * The direction of centered RMSProp, g / √(v - m² + eps): gradients by their standard deviation.
 *
 * @see Graves 2013, arXiv:1308.0850, section 4.2
 */
export function scaleByStddev(options: RmsOptions = {}): Transform<StddevState> {
  const { decay = 0.9 } = options;
  return {
    kind: "transform",
    init: (params) => ({ ...initial(params, options), mu: treeMap(accumulator, params) }),
    update: (grads, state) => {
      const count = state.step && { step: add(state.step, 1) };
      const mu = updateMoment(state.mu, grads, { decay });
      const nu = updateMoment(state.nu, grads, { decay, order: 2 });
      const directions = treeZip(
        ([g, m, v]) => {
          // Of equal gradients the difference is a rounding error of either sign.
          const variance = maximum(sub(v!, square(m!)), 0);
          return mul(inverseRoot(variance, options), widen(g!));
        },
        grads,
        count ? biasCorrection(mu, { decay, ...count }) : mu,
        count ? biasCorrection(nu, { decay, ...count }) : nu,
      );
      return [directions, { ...count, mu, nu }];
    },
  };
}

function initial(params: Tree, options: RmsOptions): RmsState {
  const { initialScale = 0, biasCorrection = false } = options;
  const nu = treeMap((p) => add(accumulator(p), initialScale), params);
  return biasCorrection ? { step: firstStep(), nu } : { nu };
}

function inverseRoot(x: Tensor, { eps = 1e-8, epsInSqrt = true }: RmsOptions): Tensor {
  return epsInSqrt ? rsqrt(add(x, eps)) : reciprocal(add(sqrt(x), eps));
}
