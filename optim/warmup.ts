import type { Schedule } from "./optimizer.ts";
import {
  constantSchedule,
  cosineDecaySchedule,
  joinSchedules,
  linearSchedule,
} from "./schedules.ts";

/** Options of the schedules that begin with a warmup. */
export type WarmupOptions = {
  /** Rate at the end of the warmup. */
  readonly peak: number;
  /** Steps of the warmup. */
  readonly warmup: number;
  /** Rate at the first step. Default 0. */
  readonly init?: number;
};

/** Options of warmup and decay. */
export type WarmupDecayOptions = WarmupOptions & {
  /** Steps in all, the warmup included. */
  readonly steps: number;
  /** Rate at the end. Default 0. */
  readonly end?: number;
};

/** A straight line from `init` to `peak`, then `peak`. */
export function warmupConstantSchedule(options: WarmupOptions): Schedule {
  return afterWarmup(options, constantSchedule(options.peak));
}

/** A straight line from `init` to `peak`, then one to `end`: the common rate of fine-tuning. */
export function warmupLinearSchedule(options: WarmupDecayOptions): Schedule {
  const { peak, warmup, steps, end = 0 } = options;
  return afterWarmup(options, linearSchedule({ init: peak, end, steps: steps - warmup }));
}

/** A straight line from `init` to `peak`, then half a cosine to `end`. */
export function warmupCosineSchedule(
  options: WarmupDecayOptions & { readonly exponent?: number },
): Schedule {
  const { peak, warmup, steps, end = 0, exponent = 1 } = options;
  const alpha = peak === 0 ? 0 : end / peak;
  const decay = cosineDecaySchedule({ init: peak, steps: steps - warmup, alpha, exponent });
  return afterWarmup(options, decay);
}

function afterWarmup(options: WarmupOptions, schedule: Schedule): Schedule {
  const { peak, warmup, init = 0 } = options;
  const rise = linearSchedule({ init, end: peak, steps: warmup });
  return joinSchedules([rise, schedule], [warmup]);
}
