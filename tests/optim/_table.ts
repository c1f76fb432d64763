import { key, type Tensor } from "../../mod.ts";
import * as optim from "../../optim/mod.ts";
import type { LearningRate, Optimizer } from "../../optim/mod.ts";

/** One optimizer of the table of laws, for any learning rate, and which laws it is exempt from. */
export type Row = {
  readonly make: (lr: LearningRate) => Optimizer;
  /** A rate at which it descends the parabola of the laws. */
  readonly lr: number;
  /** Whether its steps are the same for gradients a thousand times as large. */
  readonly isScaleFree?: boolean;
  /** Why parameters move without gradients. */
  readonly movesWithout?: string;
  /** Why the learning rate is no tensor and no schedule. */
  readonly fixedRate?: string;
  /** Why it descends nothing. */
  readonly rests?: string;
};

const chained = (transform: optim.Transform) => (lr: LearningRate): Optimizer =>
  optim.chain(transform, optim.sgd(lr));

const isMatrix = (_path: string, p: Tensor): boolean => p.shape.length > 1;

/** Optimizers by name. */
export const OPTIMIZERS: { readonly [name: string]: Row } = {
  sgd: { make: optim.sgd, lr: 0.1 },
  momentum: { make: (lr) => optim.sgd(lr, { momentum: 0.5, dampening: 0.2 }), lr: 0.1 },
  nesterov: { make: (lr) => optim.sgd(lr, { momentum: 0.5, nesterov: true }), lr: 0.05 },
  adam: { make: optim.adam, lr: 0.1, isScaleFree: true },
  "adam, bf16 mean": { make: (lr) => optim.adam(lr, { muDtype: "bf16" }), lr: 0.1 },
  adamw: { make: optim.adamw, lr: 0.1, movesWithout: "its weights decay" },
  "adamw, no decay": {
    make: (lr) => optim.adamw(lr, { weightDecay: 0 }),
    lr: 0.1,
    isScaleFree: true,
  },
  nadam: { make: optim.nadam, lr: 0.1, isScaleFree: true },
  nadamw: { make: optim.nadamw, lr: 0.1, movesWithout: "its weights decay" },
  "nadam, growing": { make: chained(optim.scaleByNadam()), lr: 0.1, isScaleFree: true },
  amsgrad: { make: optim.amsgrad, lr: 0.1, isScaleFree: true },
  adamax: { make: optim.adamax, lr: 0.1, isScaleFree: true },
  adamaxw: { make: optim.adamaxw, lr: 0.1, movesWithout: "its weights decay" },
  radam: { make: optim.radam, lr: 0.1 },
  adabelief: { make: (lr) => optim.adabelief(lr), lr: 0.1 },
  yogi: { make: optim.yogi, lr: 0.1, movesWithout: "its mean begins above zero" },
  novograd: { make: optim.novograd, lr: 0.02, isScaleFree: true },
  adadelta: { make: optim.adadelta, lr: 10 },
  adagrad: { make: optim.adagrad, lr: 0.3 },
  "rmsprop, plain": { make: optim.rmsprop, lr: 0.02, isScaleFree: true },
  rmsprop: { make: (lr) => optim.rmsprop(lr, { momentum: 0.5 }), lr: 0.02, isScaleFree: true },
  "rmsprop, centered": {
    make: (lr) => optim.rmsprop(lr, { centered: true, eps: 1e-2 }),
    lr: 0.01,
  },
  lion: { make: (lr) => optim.lion(lr, { weightDecay: 0 }), lr: 0.05, isScaleFree: true },
  lamb: { make: optim.lamb, lr: 0.05, isScaleFree: true },
  lars: { make: (lr) => optim.lars(lr, { trusts: isMatrix }), lr: 0.05 },
  fromage: { make: optim.fromage, lr: 0.05, movesWithout: "it shrinks by 1 / √(1 + lr²)" },
  rprop: {
    make: (lr) => optim.rprop(lr as number),
    lr: 0.05,
    isScaleFree: true,
    fixedRate: "it is the size of the first steps",
  },
  adan: { make: optim.adan, lr: 0.1 },
  signSgd: { make: optim.signSgd, lr: 0.05, isScaleFree: true },
  signum: { make: optim.signum, lr: 0.05, isScaleFree: true },
  optimistic: { make: optim.optimisticGradientDescent, lr: 0.05 },
  adafactor: {
    make: (lr) => optim.adafactor(lr, { minDimSizeToFactor: 2, momentum: 0.5 }),
    lr: 0.1,
    isScaleFree: true,
  },
  muon: { make: optim.muon, lr: 0.1, isScaleFree: true },
  ademamix: { make: optim.ademamix, lr: 0.1, isScaleFree: true },
  adopt: { make: optim.adopt, lr: 0.1 },
  madgrad: { make: optim.madgrad, lr: 0.1 },
  scheduleFree: {
    make: optim.scheduleFreeSgd,
    lr: 0.2,
  },
  scheduleFreeAdamw: {
    make: optim.scheduleFreeAdamw,
    lr: 0.1,
    isScaleFree: true,
  },
  sm3: { make: optim.sm3, lr: 0.1 },
  noisySgd: {
    make: (lr) => optim.noisySgd(lr, { key: key(0), eta: 1e-4 }),
    lr: 0.1,
    movesWithout: "of its noise",
  },
  addNoise: {
    make: chained(optim.addNoise(key(1), { eta: 1e-4 })),
    lr: 0.1,
    movesWithout: "of its noise",
  },
  groups: {
    make: (lr) =>
      optim.groups({ a: optim.adam(lr), b: optim.sgd(lr) }, (_, p) => isMatrix("", p) ? "a" : "b"),
    lr: 0.1,
  },
  accumulate: {
    make: (lr) => optim.accumulate(optim.sgd(lr), { every: 2 }),
    lr: 0.2,
  },
  applyIfFinite: {
    make: (lr) => optim.applyIfFinite(optim.adam(lr), { maxConsecutiveErrors: 2 }),
    lr: 0.1,
  },
  averaging: { make: (lr) => optim.averaging(optim.sgd(lr), { decay: 0.9 }), lr: 0.1 },
  injectHyperparams: {
    make: (lr) =>
      typeof lr === "number" || typeof lr === "function"
        ? optim.injectHyperparams(({ lr }) => optim.adam(lr!), { lr })
        : optim.injectHyperparams(() => optim.adam(lr), {}),
    lr: 0.1,
  },
  keepParamsNonnegative: {
    make: (lr) => optim.keepParamsNonnegative(optim.sgd(lr)),
    lr: 0.1,
    movesWithout: "negative parameters go to zero",
  },
  clip: { make: chained(optim.clip(0.5)), lr: 0.1 },
  clipByGlobalNorm: { make: chained(optim.clipByGlobalNorm(0.5)), lr: 0.1 },
  clipByBlockRms: { make: chained(optim.clipByBlockRms(0.5)), lr: 0.1 },
  adaptiveGradClip: { make: chained(optim.adaptiveGradClip(0.5)), lr: 0.1 },
  addDecayedWeights: {
    make: chained(optim.addDecayedWeights({ weightDecay: 0.1 })),
    lr: 0.1,
    movesWithout: "its weights decay",
  },
  applyEvery: {
    make: chained(optim.applyEvery(2)),
    lr: 0.1,
  },
  centralize: { make: chained(optim.centralize()), lr: 0.1 },
  ema: { make: chained(optim.ema({ decay: 0.9 })), lr: 0.1 },
  masked: { make: chained(optim.masked(optim.scaleByAdam(), isMatrix)), lr: 0.1 },
  normalize: { make: chained(optim.normalizeByUpdateNorm()), lr: 0.1, isScaleFree: true },
  scale: { make: chained(optim.scale(0.5)), lr: 0.2 },
  "scale, scheduled": { make: chained(optim.scale(optim.constantSchedule(0.5))), lr: 0.2 },
  scaleByParamBlockNorm: { make: chained(optim.scaleByParamBlockNorm()), lr: 0.02 },
  scaleByParamBlockRms: { make: chained(optim.scaleByParamBlockRms()), lr: 0.05 },
  setToZero: { make: chained(optim.setToZero()), lr: 0.1, rests: "it sets gradients to zero" },
  trace: { make: chained(optim.trace({ decay: 0.5, nesterov: true })), lr: 0.05 },
  zeroNans: { make: chained(optim.zeroNans()), lr: 0.1 },
};
