import { chain, type LearningRate, type Optimizer } from "./optimizer.ts";
import { type RmsOptions, scaleByRms, scaleByStddev } from "./rms.ts";
import { scale } from "./scale.ts";
import { sgd } from "./sgd.ts";
import { trace } from "./trace.ts";

/** Options of `rmsprop`. */
export type RmspropOptions = RmsOptions & {
  /** Whether gradients are divided by their standard deviation. Default false. */
  readonly centered?: boolean;
  /** Decay of the running sum of steps; 0 keeps none. Default 0. */
  readonly momentum?: number;
  /** Whether to look ahead by one step of the momentum. Default false. */
  readonly nesterov?: boolean;
};

/**
 * RMSProp: p ← p - lr · g / √(v + eps) with v ← decay · v + (1 - decay) · g².
 *
 * As in optax, and unlike PyTorch, eps is under the root unless `epsInSqrt` is false. With `momentum`
 * steps are summed that already have their learning rate.
 *
 * @param lr the learning rate, or a schedule
 * @see Hinton 2012, lecture 6e
 */
export function rmsprop(lr: LearningRate, options: RmspropOptions = {}): Optimizer {
  const { centered = false, momentum = 0, nesterov = false, ...rest } = options;
  const direction = centered ? scaleByStddev(rest) : scaleByRms(rest);
  if (momentum === 0) return chain(direction, sgd(lr));
  return chain(direction, scale(lr), trace({ decay: momentum, nesterov }), sgd(1));
}
