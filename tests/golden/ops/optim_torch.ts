import { add, convert, div, mul } from "../../../mod.ts";
import {
  adadelta,
  adagrad,
  adamax,
  addDecayedWeights,
  chain,
  type LearningRate,
  type Optimizer,
  radam,
  rmsprop,
  rprop,
  scale,
  scaleByAdam,
  scaleByAmsgrad,
  scaleByNadam,
  sgd,
  type Transform,
} from "../../../optim/mod.ts";
import type { Description } from "./optim_schedules.ts";

type Numbers = { readonly [name: string]: number };

/** The optimizer that PyTorch's name and arguments describe; null where we have none such. */
export function torchOptimizer(name: string, args: Description): Optimizer | null {
  const { maximize, lr, betas, weight_decay: weightDecay = 0, ...rest } = args;
  const make = STEPS[name];
  if (!make) return null;
  const [b1, b2] = (betas ?? [0.9, 0.999]) as [number, number];
  const decouples = name === "AdamW" || rest.decoupled_weight_decay === true;
  const decay = decouples && weightDecay === 0 && !("weight_decay" in args) ? 0.01 : weightDecay;
  const decayed = addDecayedWeights({ weightDecay: Number(decay) });
  const { direction, last } = make({ b1, b2, lr: lr as number, ...rest } as Numbers);
  return chain(
    scale(maximize ? -1 : 1),
    ...(decouples ? [] : [decayed]),
    ...(direction ? [direction] : []),
    ...(decouples ? [decayed] : []),
    last,
  );
}

/** A step as a direction, where decay may come between, and the optimizer behind it. */
type Step = {
  readonly direction?: Transform;
  readonly last: Optimizer;
};

const STEPS: { readonly [name: string]: (args: Numbers) => Step } = {
  SGD: ({ lr, momentum = 0, nesterov, dampening = 0 }) => ({
    last: sgd(lr!, { momentum, nesterov: Boolean(nesterov), dampening }),
  }),
  Adam: adamStep,
  AdamW: adamStep,
  NAdam: ({ lr, b1, b2, eps = 1e-8, momentum_decay: momentumDecay = 0.004 }) => ({
    direction: scaleByNadam({ b1: b1!, b2: b2!, eps, momentumDecay }),
    last: sgd(lr!),
  }),
  RAdam: ({ lr, b1, b2, eps = 1e-8 }) => ({ last: radam(lr!, { b1: b1!, b2: b2!, eps }) }),
  Adamax: ({ lr, b1, b2, eps = 1e-8 }) => ({ last: adamax(lr!, { b1: b1!, b2: b2!, eps }) }),
  RMSprop: ({ lr, alpha: decay = 0.99, eps = 1e-8, centered, momentum = 0 }) => ({
    last: rmsprop(lr!, { decay, eps, epsInSqrt: false, centered: Boolean(centered), momentum }),
  }),
  Adagrad: ({ lr, lr_decay = 0, initial_accumulator_value = 0, eps = 1e-10 }) => ({
    last: adagrad(fading(lr!, lr_decay), {
      initialAccumulatorValue: initial_accumulator_value,
      eps,
      epsInSqrt: false,
    }),
  }),
  Adadelta: ({ lr, rho = 0.9, eps = 1e-6 }) => ({ last: adadelta(lr!, { rho, eps }) }),
  Rprop: ({ lr }) => ({ last: rprop(lr!) }),
};

function adamStep({ lr, b1, b2, eps = 1e-8, amsgrad }: Numbers): Step {
  const options = { b1: b1!, b2: b2!, eps };
  const direction: Transform = amsgrad
    ? scaleByAmsgrad({ ...options, biasCorrectionNu: "after" })
    : scaleByAdam(options);
  return { direction, last: sgd(lr!) };
}

/** lr / (1 + step · decay). */
function fading(lr: number, decay: number): LearningRate {
  return (step) => div(lr, add(1, mul(decay, convert(step, "f32"))));
}
