import type { Schedule } from "./optimizer.ts";
import {
  constantSchedule,
  cosineDecaySchedule,
  exponentialDecaySchedule,
  type ExponentialOptions,
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

/** Options of `warmupCosineSchedule`. */
export type WarmupCosineOptions = WarmupDecayOptions & {
  /** Exponent of the cosine's share. Default 1. */
  readonly exponent?: number;
};

/** A straight line from `init` to `peak`, then half a cosine to `end`. */
export function warmupCosineSchedule(options: WarmupCosineOptions): Schedule {
  const { peak, warmup, steps, end = 0, exponent = 1 } = options;
  const alpha = peak === 0 ? 0 : end / peak;
  const decay = cosineDecaySchedule({ init: peak, steps: steps - warmup, alpha, exponent });
  return afterWarmup(options, decay);
}

/** Options of `warmupExponentialSchedule`; `steps` are those of one factor. */
export type WarmupExponentialOptions = WarmupOptions & Omit<ExponentialOptions, "init">;

/** A straight line from `init` to `peak`, then peak · rate^(t / steps). */
export function warmupExponentialSchedule(options: WarmupExponentialOptions): Schedule {
  return afterWarmup(options, exponentialDecaySchedule({ ...options, init: options.peak }));
}

/**
 * Warmup and cosine decay again and again, each with options of its own (SGDR).
 *
 * @see Loshchilov & Hutter 2016, arXiv:1608.03983
 */
export function sgdrSchedule(cycles: readonly WarmupCosineOptions[]): Schedule {
  let end = 0;
  const ends = cycles.map(({ steps }) => end += steps);
  return joinSchedules(cycles.map(warmupCosineSchedule), ends.slice(0, -1));
}

function afterWarmup(options: WarmupOptions, schedule: Schedule): Schedule {
  const { peak, warmup, init = 0 } = options;
  const rise = linearSchedule({ init, end: peak, steps: warmup });
  return joinSchedules([rise, schedule], [warmup]);
}
