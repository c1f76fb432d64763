import * as ours from "../../../optim/mod.ts";
import type { LearningRate, Optimizer, Transform } from "../../../optim/mod.ts";
import { dtypeOf } from "./_table.ts";
import { describedSchedule, type Description } from "./optim_schedules.ts";

type Options = { [name: string]: unknown };

/** Arguments whose name is not optax's in camel case. */
const NAMES: { readonly [argument: string]: string } = {
  mask: "decays",
  weight_decay_mask: "decays",
  weight_decay_rate: "weightDecay",
  trust_ratio_mask: "trusts",
};

/** Our options of optax's arguments; null means none there, except where it switches off. */
export function optionsOf(args: Description): Options {
  return Object.fromEntries(
    Object.entries(args)
      .filter(([name, value]) => value !== null || name === "clipping_threshold")
      .map(([name, value]) => [NAMES[name] ?? camelCase(name), valueOf(name, value)]),
  );
}

function valueOf(name: string, value: unknown): unknown {
  if (name.endsWith("dtype")) return dtypeOf(value);
  if (!name.endsWith("mask")) return value;
  if (typeof value === "boolean") return () => value;
  return (path: string) => at(value, path);
}

/** The leaf of a tree of booleans at a path. */
function at(tree: unknown, path: string): boolean {
  let here = tree;
  for (const part of path.split(".")) here = (here as { readonly [key: string]: unknown })[part];
  return Boolean(here);
}

function camelCase(name: string): string {
  return name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
}

/** A learning rate from a number or the description of a schedule. */
export function rateOf(rate: unknown): LearningRate | null {
  return typeof rate === "number" ? rate : describedSchedule(rate as Description);
}

type MakeOptimizer = (lr: LearningRate, options: Options) => Optimizer;

/** A warmup in front of a constant rate, where the arguments ask for one. */
function warmedUp(make: MakeOptimizer): MakeOptimizer {
  return (lr, { warmupSteps, ...options }) => {
    if (warmupSteps === undefined) return make(lr, options);
    const peak = lr as number;
    return make(
      ours.warmupConstantSchedule({ peak, warmup: warmupSteps as number }),
      options,
    );
  };
}

/** Our optimizers by optax's names. */
export const OPTIMIZERS: { readonly [name: string]: MakeOptimizer } = {
  adabelief: ours.adabelief,
  adadelta: ours.adadelta,
  adafactor: ours.adafactor,
  adagrad: ours.adagrad,
  adam: ours.adam,
  adamax: ours.adamax,
  adamaxw: ours.adamaxw,
  adamw: (lr, options) => ours.adamw(lr, { weightDecay: 1e-4, ...options }),
  adan: ours.adan,
  ademamix: ours.ademamix,
  adopt: ours.adopt,
  amsgrad: ours.amsgrad,
  fromage: ours.fromage,
  lamb: ours.lamb,
  lars: ours.lars,
  lion: ours.lion,
  madgrad: ours.madgrad,
  muon: ours.muon,
  nadam: ours.nadam,
  nadamw: (lr, options) => ours.nadamw(lr, { weightDecay: 1e-4, ...options }),
  novograd: ours.novograd,
  optimistic_gradient_descent: ours.optimisticGradientDescent,
  radam: ours.radam,
  rmsprop: ours.rmsprop,
  rprop: (lr, options) => ours.rprop(lr as number, { delayed: true, ...options }),
  schedule_free_adamw: warmedUp(ours.scheduleFreeAdamw),
  schedule_free_sgd: warmedUp(ours.scheduleFreeSgd),
  sgd: ours.sgd,
  sign_sgd: ours.signSgd,
  signum: ours.signum,
  sm3: ours.sm3,
  yogi: ours.yogi,
};

type MakeTransform = (args: Description) => Transform;

/** A transformation that takes options alone. */
function byOptions(make: (options: Options) => Transform): MakeTransform {
  return (args) => make(optionsOf(args));
}

/** Our transformations by optax's names. */
export const TRANSFORMS: { readonly [name: string]: MakeTransform } = {
  adaptive_grad_clip: ({ clipping, ...rest }) =>
    ours.adaptiveGradClip(Number(clipping), optionsOf(rest)),
  add_decayed_weights: byOptions(ours.addDecayedWeights),
  apply_every: ({ k }) => ours.applyEvery(Number(k)),
  centralize: ours.centralize,
  clip: ({ max_delta }) => ours.clip(Number(max_delta)),
  clip_by_block_rms: ({ threshold }) => ours.clipByBlockRms(Number(threshold)),
  clip_by_global_norm: ({ max_norm }) => ours.clipByGlobalNorm(Number(max_norm)),
  ema: byOptions((options) => ours.ema(options as ours.EmaOptions)),
  identity: ours.identity,
  normalize_by_update_norm: byOptions(ours.normalizeByUpdateNorm),
  scale: ({ step_size }) => ours.scale(Number(step_size)),
  scale_by_adam: byOptions(ours.scaleByAdam),
  scale_by_adamax: byOptions(ours.scaleByAdamax),
  scale_by_amsgrad: byOptions(ours.scaleByAmsgrad),
  scale_by_belief: byOptions(ours.scaleByBelief),
  scale_by_factored_rms: byOptions(ours.scaleByFactoredRms),
  scale_by_lion: byOptions(ours.scaleByLion),
  scale_by_optimistic_gradient: byOptions(ours.scaleByOptimisticGradient),
  scale_by_param_block_norm: byOptions(ours.scaleByParamBlockNorm),
  scale_by_param_block_rms: byOptions(ours.scaleByParamBlockRms),
  scale_by_radam: byOptions(ours.scaleByRadam),
  scale_by_rms: byOptions(ours.scaleByRms),
  scale_by_rss: byOptions(ours.scaleByRss),
  scale_by_sign: ours.scaleBySign,
  scale_by_stddev: byOptions(ours.scaleByStddev),
  scale_by_trust_ratio: byOptions(ours.scaleByTrustRatio),
  scale_by_yogi: byOptions(ours.scaleByYogi),
  set_to_zero: ours.setToZero,
  trace: byOptions((options) => ours.trace(options as ours.TraceOptions)),
  zero_nans: ours.zeroNans,
};
