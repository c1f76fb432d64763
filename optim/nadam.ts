import {
  add,
  convert,
  div,
  exp2,
  mul,
  ones,
  sqrt,
  sub,
  type Tensor,
  treeZip,
} from "../core/mod.ts";
import { adam, type AdamOptions, type AdamState, scaleByAdam } from "./adam.ts";
import { adamw, type AdamwOptions } from "./adamw.ts";
import { biasCorrection, updateMoment, widen } from "./moments.ts";
import type { LearningRate, Optimizer, Transform } from "./optimizer.ts";

/** Adam that looks ahead by one step of the mean: `adam` with `nesterov`. */
export function nadam(
  lr: LearningRate,
  options: Omit<AdamOptions, "nesterov"> = {},
): Optimizer<AdamState> {
  return adam(lr, { ...options, nesterov: true });
}

/** AdamW that looks ahead by one step of the mean: `adamw` with `nesterov`. */
export function nadamw(
  lr: LearningRate,
  options: Omit<AdamwOptions, "nesterov"> = {},
): Optimizer<AdamState> {
  return adamw(lr, { ...options, nesterov: true });
}

/** Options of `scaleByNadam`. */
export type ScaleByNadamOptions = {
  /** What the decay of the mean of gradients grows to. Default 0.9. */
  readonly b1?: number;
  /** Decay of the mean of squared gradients. Default 0.999. */
  readonly b2?: number;
  /** Added to the root. Default 1e-8. */
  readonly eps?: number;
  /** How fast the momentum grows. Default 0.004. */
  readonly momentumDecay?: number;
};

/** As the state of Adam, and the product of all momenta so far. */
export type NadamState = AdamState & { readonly product: Tensor };

/**
 * The direction of NAdam with its growing momentum, as PyTorch has it; `nadam` has a constant one.
 *
 * With μ(t) = b1 · (1 - ½ · 0.96^(t · momentumDecay)) and Π the product of μ(1) ... μ(t):
 * ((1 - μ(t)) · g / (1 - Π) + μ(t+1) · m / (1 - Π · μ(t+1))) / (√v̂ + eps).
 *
 * @see Dozat 2016, "Incorporating Nesterov momentum into Adam"
 */
export function scaleByNadam(options: ScaleByNadamOptions = {}): Transform<NadamState> {
  const { b1 = 0.9, b2 = 0.999, eps = 1e-8, momentumDecay = 0.004 } = options;
  const rate = momentumDecay * Math.log2(0.96);
  const momentum = (step: Tensor): Tensor =>
    mul(b1, sub(1, mul(0.5, exp2(mul(rate, convert(step, "f32"))))));
  return {
    kind: "transform",
    init: (params) => ({ ...scaleByAdam().init(params), product: ones([]) }),
    update: (grads, state) => {
      const step = add(state.step, 1);
      const here = momentum(step);
      const ahead = momentum(add(step, 1));
      const product = mul(state.product, here);
      const mu = updateMoment(state.mu, grads, { decay: b1 });
      const nu = updateMoment(state.nu, grads, { decay: b2, order: 2 });
      const ofGrad = div(sub(1, here), sub(1, product));
      const ofMean = div(ahead, sub(1, mul(product, ahead)));
      const directions = treeZip(
        ([g, m, v]) => {
          const mean = add(mul(ofGrad, widen(g!)), mul(ofMean, m!));
          return div(mean, add(sqrt(v!), eps));
        },
        grads,
        mu,
        biasCorrection(nu, { decay: b2, step }),
      );
      return [directions, { step, mu, nu, product }];
    },
  };
}
