import {
  add,
  convert,
  div,
  equal,
  maximum,
  mul,
  pow,
  sub,
  type Tensor,
  type Tree,
  treeMap,
  treeZip,
  where,
  zeros,
} from "../core/mod.ts";
import { addDecayedWeights, type DecayOptions } from "./decay.ts";
import { accumulator, firstStep, widen } from "./moments.ts";
import {
  chain,
  descend,
  type LearningRate,
  type Optimizer,
  rateAt,
  type Transform,
} from "./optimizer.ts";
import { scaleByRms } from "./rms.ts";

/** Options of `scheduleFree`. */
export type ScheduleFreeOptions = {
  /** Weight of the average in the parameters that gradients are taken at. Default 0.9. */
  readonly b1?: number;
  /** The average weighs a step by its largest learning rate to this power. Default 2. */
  readonly weightLrPower?: number;
};

/** Options of `scheduleFreeAdamw`. */
export type ScheduleFreeAdamwOptions = ScheduleFreeOptions & DecayOptions & {
  /** Decay of the mean of squared gradients. Default 0.999. */
  readonly b2?: number;
  /** Added to the root. Default 1e-8. */
  readonly eps?: number;
};

/** Steps taken, what the average weighs, the fast iterate z, and the state of the direction. */
export type ScheduleFreeState<S extends Tree = Tree> = {
  readonly step: Tensor;
  readonly weightSum: Tensor;
  readonly maxLr: Tensor;
  readonly z: Tree;
  readonly inner: S;
};

/**
 * Descent without a schedule that ends: z ← z - lr · d, the average x ← (1 - c) · x + c · z, and the
 * parameters, at which gradients are taken, y = b1 · x + (1 - b1) · z.
 *
 * c = w / Σ w with w the largest learning rate so far to the power `weightLrPower`. Evaluate and save
 * the average: `scheduleFreeParams`.
 *
 * @param direction what makes d of the gradients at y, without momentum of its own
 * @param lr the learning rate, or a schedule that warms up and stays
 * @see Defazio et al. 2024, arXiv:2405.15682
 */
export function scheduleFree<S extends Tree>(
  direction: Transform<S>,
  lr: LearningRate,
  options: ScheduleFreeOptions = {},
): Optimizer<ScheduleFreeState<S>> {
  const { b1 = 0.9, weightLrPower = 2 } = options;
  return {
    init: (params) => ({
      step: firstStep(),
      weightSum: zeros([]),
      maxLr: zeros([]),
      z: treeMap((p) => add(accumulator(p), p), params),
      inner: direction.init(params),
    }),
    update: (grads, state, params) => {
      const step = add(state.step, 1);
      // As in optax the weights look one step ahead, so that a warmup from 0 weighs its first step.
      const maxLr = convert(maximum(state.maxLr, rateAt(lr, step)), "f32");
      const weight = pow(maxLr, weightLrPower);
      const weightSum = add(state.weightSum, weight);
      const share = where(equal(weightSum, 0), 0, div(weight, weightSum));
      const [directions, inner] = direction.update(grads, state.inner, params);
      const z = descend(state.z, directions, { lr: rateAt(lr, state.step) });
      const next = treeZip(
        ([y, before, after]) => {
          const x = averageOf(y!, before!, b1);
          const average = add(mul(sub(1, share), x), mul(share, after!));
          return convert(add(mul(b1, average), mul(1 - b1, after!)), y!.dtype);
        },
        params,
        state.z,
        z,
      );
      return [next, { step, weightSum, maxLr, z, inner }];
    },
  };
}

/** The average x of a schedule-free run, for evaluation: (y - (1 - b1) · z) / b1. */
export function scheduleFreeParams<P extends Tree>(
  params: P,
  state: ScheduleFreeState,
  options: ScheduleFreeOptions = {},
): P {
  const { b1 = 0.9 } = options;
  return treeZip(([y, z]) => convert(averageOf(y!, z!, b1), y!.dtype), params, state.z);
}

function averageOf(y: Tensor, z: Tensor, b1: number): Tensor {
  return div(sub(widen(y), mul(1 - b1, z)), b1);
}

/** Schedule-free gradient descent; its weight decay is part of the gradient. */
export function scheduleFreeSgd(
  lr: LearningRate,
  options: ScheduleFreeOptions & DecayOptions = {},
): Optimizer<ScheduleFreeState> {
  return scheduleFree(addDecayedWeights(options), lr, options);
}

/** Schedule-free AdamW: z ← z - lr · (g / (√v̂ + eps) + weightDecay · y). */
export function scheduleFreeAdamw(
  lr: LearningRate,
  options: ScheduleFreeAdamwOptions = {},
): Optimizer<ScheduleFreeState> {
  const { b2 = 0.999, eps = 1e-8 } = options;
  const normalized = scaleByRms({ decay: b2, eps, epsInSqrt: false, biasCorrection: true });
  return scheduleFree(chain(normalized, addDecayedWeights(options)), lr, options);
}
