import {
  add,
  convert,
  div,
  exp,
  greaterEqual,
  mul,
  sqrt,
  sub,
  type Tensor,
  treeZip,
  where,
} from "../core/mod.ts";
import { descent } from "./_descent.ts";
import { meansOf, rootOf } from "./_directions.ts";
import { type AdamOptions, type AdamState, scaleByAdam } from "./adam.ts";
import { biasCorrection, unbias, updateMoment } from "./moments.ts";
import type { LearningRate, Optimizer, Transform } from "./optimizer.ts";

/** Options of `radam`. */
export type RadamOptions = Omit<AdamOptions, "muDtype"> & {
  /** Length of the average from which the variance of the step is trusted. Default 5. */
  readonly threshold?: number;
};

/**
 * The direction of rectified Adam: r · m̂ / (√(v̂ + epsRoot) + eps) once the average of squares is
 * long enough, and plain m̂ before.
 *
 * ρ∞ = 2 / (1 - b2) - 1,  ρ = ρ∞ - 2 · t · b2^t / (1 - b2^t),
 * r² = (ρ - 4)(ρ - 2) ρ∞ / ((ρ∞ - 4)(ρ∞ - 2) ρ).
 *
 * @see Liu et al. 2019, arXiv:1908.03265, algorithm 2
 */
export function scaleByRadam(options: RadamOptions = {}): Transform<AdamState> {
  const { b1 = 0.9, b2 = 0.999, eps = 1e-8, epsRoot = 0 } = options;
  const { nesterov = false, threshold = 5 } = options;
  return {
    kind: "transform",
    init: scaleByAdam().init,
    update: (grads, state) => {
      const step = add(state.step, 1);
      const mu = updateMoment(state.mu, grads, { decay: b1 });
      const nu = updateMoment(state.nu, grads, { decay: b2, order: 2 });
      const length = averageLength(b2, step);
      const trusted = greaterEqual(length, threshold);
      const factor = rectification(b2, where(trusted, length, 5));
      const directions = treeZip(
        ([, m, v]) => {
          const adaptive = div(mul(factor, m!), rootOf(v!, { eps, epsRoot }));
          return where(trusted, adaptive, m!);
        },
        grads,
        meansOf(mu, grads, { b1, step, nesterov }),
        biasCorrection(nu, { decay: b2, step }),
      );
      return [directions, { step, mu, nu }];
    },
  };
}

/** ρ, the number of gradients that an average of equal weights would hold. */
function averageLength(b2: number, step: Tensor): Tensor {
  const t = convert(step, "f32");
  const power = exp(mul(Math.log(b2), t));
  return sub(2 / (1 - b2) - 1, div(mul(mul(2, t), power), unbias(b2, step)));
}

/** r, for a length above 4. */
function rectification(b2: number, length: Tensor): Tensor {
  const most = 2 / (1 - b2) - 1;
  const above = mul(mul(sub(length, 4), sub(length, 2)), most / ((most - 4) * (most - 2)));
  return sqrt(div(above, length));
}

/**
 * RAdam: Adam that trusts its second moment only when it has seen enough gradients.
 *
 * @param lr the learning rate, or a schedule
 * @see Liu et al. 2019, arXiv:1908.03265
 */
export function radam(lr: LearningRate, options: RadamOptions = {}): Optimizer<AdamState> {
  return descent(scaleByRadam(options), lr);
}
