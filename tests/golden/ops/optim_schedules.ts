import {
  constantSchedule,
  cosineDecaySchedule,
  cosineOnecycleSchedule,
  exponentialDecaySchedule,
  joinSchedules,
  linearOnecycleSchedule,
  linearSchedule,
  piecewiseConstantSchedule,
  piecewiseInterpolateSchedule,
  polynomialSchedule,
  type Schedule,
  sgdrSchedule,
  warmupConstantSchedule,
  warmupCosineSchedule,
  warmupExponentialSchedule,
} from "../../../optim/mod.ts";

/** A description in the manifest: an optimizer, a transformation, a schedule or their arguments. */
export type Description = { readonly [name: string]: unknown };

/** The schedule that a description names; null where we have none such. */
export function describedSchedule(spec: Description): Schedule | null {
  const make = SCHEDULES[String(spec.schedule)];
  return make ? make((spec.args ?? {}) as { readonly [name: string]: number }) : null;
}

type Numbers = { readonly [name: string]: number };

const SCHEDULES: { readonly [name: string]: (args: Numbers) => Schedule | null } = {
  constant_schedule: (args) => constantSchedule(args.value!),
  linear_schedule: (args) => linearSchedule(between(args)),
  polynomial_schedule: (args) => polynomialSchedule({ ...between(args), power: args.power! }),
  exponential_decay: (args) =>
    exponentialDecaySchedule({ ...exponential(args), init: args.init_value! }),
  cosine_decay_schedule: ({ init_value, decay_steps, alpha, exponent }) =>
    cosineDecaySchedule({
      init: init_value!,
      steps: decay_steps!,
      ...(alpha !== undefined && { alpha }),
      ...(exponent !== undefined && { exponent }),
    }),
  warmup_constant_schedule: (args) =>
    warmupConstantSchedule({
      init: args.init_value!,
      peak: args.peak_value!,
      warmup: args.warmup_steps!,
    }),
  warmup_cosine_decay_schedule: (args) => warmupCosineSchedule(cosine(args)),
  warmup_exponential_decay_schedule: (args) =>
    warmupExponentialSchedule({
      ...exponential(args),
      peak: args.peak_value!,
      warmup: args.warmup_steps!,
      init: args.init_value!,
    }),
  sgdr_schedule: (args) => {
    const cycles = args.cosine_kwargs as unknown as readonly Numbers[];
    return sgdrSchedule(cycles.map(cosine));
  },
  piecewise_constant_schedule: (args) => piecewiseConstantSchedule(piecewise(args)),
  piecewise_interpolate_schedule: (args) => {
    const kind = args.interpolate_type as unknown as "linear" | "cosine";
    return piecewiseInterpolateSchedule({ ...piecewise(args), kind });
  },
  linear_onecycle_schedule: (args) => linearOnecycleSchedule(onecycle(args)),
  cosine_onecycle_schedule: (args) => cosineOnecycleSchedule(onecycle(args)),
  join_schedules: (args) => {
    const parts = (args.schedules as unknown as readonly Description[]).map(describedSchedule);
    if (!parts.every((part) => part !== null)) return null;
    return joinSchedules(parts, args.boundaries as unknown as readonly number[]);
  },
};

function cosine(args: Numbers): Parameters<typeof warmupCosineSchedule>[0] {
  return {
    init: args.init_value!,
    peak: args.peak_value!,
    warmup: args.warmup_steps!,
    steps: args.decay_steps!,
    end: args.end_value ?? 0,
    exponent: args.exponent ?? 1,
  };
}

function piecewise(args: Numbers): Parameters<typeof piecewiseConstantSchedule>[0] {
  const scales = args.boundaries_and_scales ?? {};
  return { init: args.init_value!, scales: scales as { readonly [step: number]: number } };
}

function onecycle(args: Numbers): Parameters<typeof linearOnecycleSchedule>[0] {
  const { transition_steps, peak_value, pct_start, pct_final, div_factor, final_div_factor } = args;
  return {
    steps: transition_steps!,
    peak: peak_value!,
    ...(pct_start !== undefined && { pctStart: pct_start }),
    ...(pct_final !== undefined && { pctFinal: pct_final }),
    ...(div_factor !== undefined && { divFactor: div_factor }),
    ...(final_div_factor !== undefined && { finalDivFactor: final_div_factor }),
  };
}

function between(args: Numbers): Parameters<typeof linearSchedule>[0] {
  return {
    init: args.init_value!,
    end: args.end_value!,
    steps: args.transition_steps!,
    begin: args.transition_begin ?? 0,
  };
}

function exponential(
  args: Numbers,
): Omit<Parameters<typeof exponentialDecaySchedule>[0], "init"> {
  return {
    rate: args.decay_rate!,
    steps: args.transition_steps!,
    begin: args.transition_begin ?? 0,
    staircase: Boolean(args.staircase),
    ...(args.end_value !== undefined && { end: args.end_value }),
  };
}
