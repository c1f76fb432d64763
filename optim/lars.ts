import type { Tensor } from "../core/mod.ts";
import { addDecayedWeights, type DecayOptions } from "./decay.ts";
import { masked } from "./groups.ts";
import { chain, type LearningRate, type Optimizer } from "./optimizer.ts";
import { scale } from "./scale.ts";
import { sgd } from "./sgd.ts";
import { trace } from "./trace.ts";
import { scaleByTrustRatio } from "./trust_ratio.ts";

/** Options of `lars`. */
export type LarsOptions = DecayOptions & {
  /** Factor of the trust ratio. Default 1e-3. */
  readonly trustCoefficient?: number;
  /** Added to the norm of the gradient. Default 0. */
  readonly eps?: number;
  /** Which parameters are scaled by their trust ratio; all of them by default. */
  readonly trusts?: (path: string, param: Tensor) => boolean;
  /** Decay of the running sum of steps. Default 0.9. */
  readonly momentum?: number;
  /** Whether to look ahead by one step of the momentum. Default false. */
  readonly nesterov?: boolean;
};

/**
 * LARS: p ← p - t, t ← momentum · t + lr · trustCoefficient · d · ‖p‖ / (‖d‖ + eps) with
 * d = g + weightDecay · p, leaf by leaf.
 *
 * @param lr the learning rate, or a schedule
 * @see You et al. 2017, arXiv:1708.03888
 */
export function lars(lr: LearningRate, options: LarsOptions = {}): Optimizer {
  const { trustCoefficient = 1e-3, eps = 0, trusts, momentum = 0.9, nesterov = false } = options;
  const ratio = scaleByTrustRatio({ trustCoefficient, eps });
  return chain(
    addDecayedWeights(options),
    trusts ? masked(ratio, trusts) : ratio,
    scale(lr),
    trace({ decay: momentum, nesterov }),
    sgd(1),
  );
}
