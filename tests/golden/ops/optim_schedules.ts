import {
  constantSchedule,
  cosineDecaySchedule,
  exponentialDecaySchedule,
  joinSchedules,
  linearSchedule,
  polynomialSchedule,
  type Schedule,
  warmupConstantSchedule,
  warmupCosineSchedule,
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
  exponential_decay: (args) => exponentialDecaySchedule(exponential(args, args.init_value!)),
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
  warmup_cosine_decay_schedule: warmupCosine,
  warmup_exponential_decay_schedule: (args) => {
    const { init_value: init, peak_value: end, warmup_steps: steps } = args;
    const rise = linearSchedule({ init: init!, end: end!, steps: steps! });
    return joinSchedules([rise, exponentialDecaySchedule(exponential(args, end!))], [steps!]);
  },
  sgdr_schedule: (args) => {
    const cycles = args.cosine_kwargs as unknown as readonly Numbers[];
    const ends = cycles.map((_, i) =>
      cycles.slice(0, i + 1).reduce((sum, cycle) => sum + cycle.decay_steps!, 0)
    );
    return joinSchedules(cycles.map(warmupCosine), ends.slice(0, -1));
  },
  join_schedules: (args) => {
    const parts = (args.schedules as unknown as readonly Description[]).map(describedSchedule);
    if (!parts.every((part) => part !== null)) return null;
    return joinSchedules(parts, args.boundaries as unknown as readonly number[]);
  },
};

function warmupCosine(args: Numbers): Schedule {
  return warmupCosineSchedule({
    init: args.init_value!,
    peak: args.peak_value!,
    warmup: args.warmup_steps!,
    steps: args.decay_steps!,
    end: args.end_value ?? 0,
    exponent: args.exponent ?? 1,
  });
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
  init: number,
): Parameters<typeof exponentialDecaySchedule>[0] {
  return {
    init,
    rate: args.decay_rate!,
    steps: args.transition_steps!,
    begin: args.transition_begin ?? 0,
    staircase: Boolean(args.staircase),
    ...(args.end_value !== undefined && { end: args.end_value }),
  };
}
