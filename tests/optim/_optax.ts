import {
  accumulate,
  adam,
  adamw,
  chain,
  clip,
  clipByGlobalNorm,
  constantSchedule,
  cosineDecaySchedule,
  exponentialDecaySchedule,
  groups,
  joinSchedules,
  type LearningRate,
  linearSchedule,
  lion,
  type Optimizer,
  polynomialSchedule,
  rmsprop,
  scaleByAdam,
  type Schedule,
  sgd,
  type Transform,
  warmupConstantSchedule,
  warmupCosineSchedule,
} from "../../optim/mod.ts";

/** An optimizer in a golden manifest, in optax's words. */
export type Description = {
  readonly name?: string;
  // deno-lint-ignore no-explicit-any
  readonly args?: any;
  readonly chain?: readonly Description[];
  readonly inner?: Description;
  readonly labels?: { readonly [path: string]: string };
  readonly transforms?: { readonly [group: string]: Description };
};

/** A schedule in a golden manifest. */
export type ScheduleDescription = {
  readonly schedule: string;
  // deno-lint-ignore no-explicit-any
  readonly args: any;
};

/** Our optimizer for a description, null where there is none. */
export function optimizerOf(d: Description): Optimizer | Transform | null {
  if (d.chain) {
    const links = d.chain.map(optimizerOf);
    if (links.some((link) => link === null)) return null;
    const last = links.at(-1)!;
    const before = links.slice(0, -1);
    if ("kind" in last || before.some((link) => !("kind" in link!))) return null;
    return chain(...before as Transform[], last);
  }
  const args = d.args ?? {};
  const lr = rateOf(args.learning_rate);
  const { b1, b2, eps, nesterov, mask } = args;
  if (lr === null || args.mu_dtype) return null;
  const moments = given({ b1, b2, eps, nesterov, epsRoot: args.eps_root });
  const decays = mask ? { decays: (path: string) => mask[path] as boolean } : {};
  const weightDecay = args.weight_decay;
  switch (d.name) {
    case "sgd":
      return sgd(lr, given({ momentum: args.momentum, nesterov }));
    case "adam":
      return adam(lr, moments);
    case "nadam":
      return adam(lr, { ...moments, nesterov: true });
    case "adamw":
    case "nadamw":
      return adamw(lr, {
        ...moments,
        ...(d.name === "nadamw" && { nesterov: true }),
        weightDecay: weightDecay ?? 1e-4,
        ...decays,
      });
    case "lion":
      return lion(lr, given({ b1, b2, weightDecay }));
    case "rmsprop":
      return Object.keys(args).some((name) => !["learning_rate", "decay", "eps"].includes(name))
        ? null
        : rmsprop(lr, given({ decay: args.decay, eps }));
    case "clip_by_global_norm":
      return clipByGlobalNorm(args.max_norm);
    case "clip":
      return clip(args.max_delta);
    case "scale_by_adam":
      return scaleByAdam(moments);
    case "MultiSteps": {
      const inner = optimizerOf(d.inner!);
      if (!inner || "kind" in inner) return null;
      const mean = args.use_grad_mean ?? true;
      return accumulate(inner, { every: args.every_k_schedule, mean });
    }
    case "multi_transform": {
      const named = Object.entries(d.transforms!).filter(([, inner]) =>
        inner.name !== "set_to_zero"
      );
      const optimizers = named.map(([group, inner]) => [group, optimizerOf(inner)] as const);
      if (optimizers.some(([, optimizer]) => !optimizer)) return null;
      const table = Object.fromEntries(optimizers) as { [group: string]: Optimizer };
      return groups(table, (path) => {
        const group = d.labels![path]!;
        return group in table ? group : null;
      });
    }
    default:
      return null;
  }
}

/** Our optimizer for one of PyTorch's, null where there is none. */
export function torchOptimizerOf(
  name: string,
  // deno-lint-ignore no-explicit-any
  args: any,
): Optimizer | null {
  const { lr, momentum, nesterov, weight_decay, dampening, maximize, amsgrad } = args;
  if (dampening || maximize || amsgrad) return null;
  if (name === "SGD" && !weight_decay) {
    return sgd(lr, given({ momentum, nesterov }));
  }
  if (name === "Adam" && !weight_decay) return adam(lr);
  if (name === "AdamW") {
    return adamw(lr, given({ weightDecay: weight_decay }));
  }
  return null;
}

/** Our schedule for a description, null where there is none. */
export function scheduleOf(d: ScheduleDescription): Schedule | null {
  const a = d.args;
  const common = { init: a.init_value, end: a.end_value, steps: a.transition_steps };
  const begin = a.transition_begin;
  const warm = { init: a.init_value, peak: a.peak_value, warmup: a.warmup_steps };
  switch (d.schedule) {
    case "constant_schedule":
      return constantSchedule(a.value);
    case "linear_schedule":
      return linearSchedule({ ...common, ...given({ begin }) });
    case "polynomial_schedule":
      return polynomialSchedule({ ...common, ...given({ begin, power: a.power }) });
    case "exponential_decay":
      return exponentialDecaySchedule({
        init: a.init_value,
        steps: a.transition_steps,
        rate: a.decay_rate,
        ...given({ begin, staircase: a.staircase, end: a.end_value }),
      });
    case "cosine_decay_schedule":
      return cosineDecaySchedule({
        init: a.init_value,
        steps: a.decay_steps,
        ...given({ alpha: a.alpha, exponent: a.exponent }),
      });
    case "warmup_constant_schedule":
      return warmupConstantSchedule(warm);
    case "warmup_cosine_decay_schedule":
      return warmupCosineSchedule({
        ...warm,
        steps: a.decay_steps,
        ...given({ end: a.end_value, exponent: a.exponent }),
      });
    case "join_schedules": {
      const parts = (a.schedules as ScheduleDescription[]).map(scheduleOf);
      if (parts.some((part) => part === null)) return null;
      return joinSchedules(parts as Schedule[], a.boundaries);
    }
    default:
      return null;
  }
}

function rateOf(rate: unknown): LearningRate | null {
  if (rate === undefined || typeof rate === "number") return (rate as number | undefined) ?? 0;
  return scheduleOf(rate as ScheduleDescription);
}

/** The entries that are not undefined. */
function given<T extends object>(record: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(
    Object.entries(record).filter(([, value]) => value !== undefined),
  ) as { [K in keyof T]?: NonNullable<T[K]> };
}
