import { scaleByParamBlockRms } from "./param_block.ts";
import { clipByBlockRms } from "./clip.ts";
import { addDecayedWeights, type DecayOptions } from "./decay.ts";
import { ema } from "./ema.ts";
import { type FactoredOptions, scaleByFactoredRms } from "./factored_rms.ts";
import { identity } from "./identity.ts";
import { chain, type LearningRate, type Optimizer } from "./optimizer.ts";
import { scale } from "./scale.ts";
import { sgd } from "./sgd.ts";

/** Options of `adafactor`. */
export type AdafactorOptions = FactoredOptions & DecayOptions & {
  /** Whether steps are in proportion to the parameters. Default true. */
  readonly multiplyByParameterScale?: boolean;
  /** Largest root mean square of a leaf's direction; null does not clip. Default 1. */
  readonly clippingThreshold?: number | null;
  /** Decay of the mean of steps; 0 keeps none. Default 0. */
  readonly momentum?: number;
};

/**
 * Adafactor: p ← p - lr · max(1e-3, rms(p)) · d, where d is g / √v, clipped, and v is kept by rows and
 * columns: nearly no memory beside the parameters.
 *
 * As in optax the decay of weights is not multiplied by the learning rate, and the rate is given; the
 * paper's is relative to the step.
 *
 * @param lr the learning rate, or a schedule
 * @see Shazeer & Stern 2018, arXiv:1804.04235
 */
export function adafactor(lr: LearningRate, options: AdafactorOptions = {}): Optimizer {
  const { multiplyByParameterScale = true, clippingThreshold = 1, momentum = 0 } = options;
  return chain(
    scaleByFactoredRms(options),
    clippingThreshold === null ? identity() : clipByBlockRms(clippingThreshold),
    scale(lr),
    multiplyByParameterScale ? scaleByParamBlockRms() : identity(),
    momentum === 0 ? identity() : ema({ decay: momentum, debias: false }),
    addDecayedWeights(options),
    sgd(1),
  );
}
