import {
  accumulate,
  applyIfFinite,
  chain,
  groups,
  identity,
  injectHyperparams,
  keepParamsNonnegative,
  type LearningRate,
  masked,
  type Optimizer,
  scale,
  scheduleFree,
  sgd,
  type Transform,
} from "../../../optim/mod.ts";
import { OPTIMIZERS, optionsOf, rateOf, TRANSFORMS } from "./optim_names.ts";
import { describedSchedule, type Description } from "./optim_schedules.ts";

/** The optimizer that a description names; null where we have none such. */
export function describedOptimizer(spec: Description): Optimizer | null {
  const args = argsOf(spec);
  if (spec.chain) return describedChain(spec.chain as readonly Description[]);
  switch (spec.name) {
    case "MultiSteps": {
      const inner = describedOptimizer(spec.inner as Description);
      const options = { every: Number(args.every_k_schedule), mean: args.use_grad_mean !== false };
      return inner && accumulate(inner, options);
    }
    case "apply_if_finite": {
      const inner = describedOptimizer(spec.inner as Description);
      const maxConsecutiveErrors = Number(args.max_consecutive_errors);
      return inner && applyIfFinite(inner, { maxConsecutiveErrors });
    }
    case "multi_transform":
      return describedGroups(spec);
    case "masked":
      return describedMasked(spec);
    case "inject_hyperparams":
      return describedInjected(args);
    case "schedule_free":
      return describedScheduleFree(spec);
  }
  return describedStep(String(spec.name), args);
}

/** The transformation of gradients that a description names; null where we have none such. */
export function describedTransform(spec: Description): Transform | null {
  const args = argsOf(spec);
  if (spec.name === "scale_by_schedule") {
    const schedule = describedSchedule(args.step_size_fn as Description);
    return schedule && scale(schedule);
  }
  return TRANSFORMS[String(spec.name)]?.(args) ?? null;
}

/** What a description of updates that are no direction of descent makes of parameters. */
export function describedUpdates(spec: Description): Optimizer | null {
  return spec.name === "keep_params_nonnegative" ? keepParamsNonnegative(ADDED) : null;
}

/** An optimizer of a name and optax's arguments. */
export function describedStep(name: string, args: Description): Optimizer | null {
  const make = OPTIMIZERS[name];
  if (!make) return null;
  const { learning_rate, ...rest } = args;
  const rate = rateOf(learning_rate);
  return rate === null ? null : make(rate, optionsOf(rest));
}

/** Optax adds what the last transformation returns, and our optimizers subtract it. */
const ADDED: Optimizer = sgd(-1);

function describedChain(specs: readonly Description[]): Optimizer | null {
  const last = describedOptimizer(specs.at(-1)!);
  const transforms = (last ? specs.slice(0, -1) : specs).map(describedTransform);
  return transforms.every((t) => t !== null) ? chain(...transforms, last ?? ADDED) : null;
}

function describedGroups(spec: Description): Optimizer | null {
  const labels = spec.labels as { readonly [path: string]: string };
  const found = Object.entries(spec.transforms as { readonly [label: string]: Description })
    .filter(([, inner]) => inner.name !== "set_to_zero")
    .map(([label, inner]) => [label, describedOptimizer(inner)] as const);
  const optimizers: { [label: string]: Optimizer } = {};
  for (const [label, optimizer] of found) {
    if (!optimizer) return null;
    optimizers[label] = optimizer;
  }
  return groups(optimizers, (path) => labels[path]! in optimizers ? labels[path]! : null);
}

/** In optax the gradients of what a mask leaves out pass as they are, and are added. */
function describedMasked(spec: Description): Optimizer | null {
  const mask = argsOf(spec).mask as { readonly [path: string]: boolean };
  const inner = describedOptimizer(spec.inner as Description);
  if (inner) {
    return groups({ inner, rest: ADDED }, (path) => mask[path] ? "inner" : "rest");
  }
  const transform = describedTransform(spec.inner as Description);
  return transform && chain(masked(transform, (path) => mask[path]!), ADDED);
}

/** All hyperparameters are of the state; the learning rate is read from there. */
function describedInjected(args: Description): Optimizer | null {
  const { optimizer, learning_rate, ...rest } = args;
  const rate = rateOf(learning_rate);
  if (optimizer !== "adam" || rate === null || typeof rate === "object") return null;
  const defaults = { b1: 0.9, b2: 0.999, eps: 1e-8, eps_root: 0 };
  const others = { ...defaults, ...rest } as { readonly [name: string]: number };
  const options = optionsOf(rest);
  return injectHyperparams(
    ({ learning_rate }) => OPTIMIZERS.adam!(learning_rate!, options),
    { ...others, learning_rate: rate },
  );
}

function describedScheduleFree(spec: Description): Optimizer | null {
  const { learning_rate, ...rest } = argsOf(spec);
  const inner = spec.inner as Description;
  const rate: LearningRate | null = rateOf(learning_rate);
  const isPlain = inner.name === "sgd" && Object.keys(argsOf(inner)).length === 1;
  return isPlain && rate !== null ? scheduleFree(identity(), rate, optionsOf(rest)) : null;
}

function argsOf(spec: Description): Description {
  return (spec.args ?? {}) as Description;
}
