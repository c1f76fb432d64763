import {
  add,
  clamp,
  convert,
  cos,
  div,
  floor,
  full,
  less,
  maximum,
  minimum,
  mul,
  pow,
  sub,
  type Tensor,
  where,
} from "../core/mod.ts";
import type { Schedule } from "./optimizer.ts";

/** The same rate at every step. */
export function constantSchedule(value: number): Schedule {
  return (step) => full(step.shape, value, { dtype: "f32" });
}

/** Options of `polynomialSchedule` and `linearSchedule`. */
export type PolynomialOptions = {
  /** Rate at first. */
  readonly init: number;
  /** Rate at the end and after it. */
  readonly end: number;
  /** Steps from one to the other. */
  readonly steps: number;
  /** Steps before the change begins. Default 0. */
  readonly begin?: number;
  /** Exponent of the share that is left. Default 1. */
  readonly power?: number;
};

/** end + (init - end) · (1 - t/steps)^power, where t counts from `begin`. */
export function polynomialSchedule(options: PolynomialOptions): Schedule {
  const { init, end, steps, begin = 0, power = 1 } = options;
  if (steps <= 0) return constantSchedule(init);
  return (step) => {
    const done = clamp(sub(convert(step, "f32"), begin), 0, steps);
    const left = sub(1, div(done, steps));
    const share = power === 1 ? left : pow(left, power);
    return add(mul(init - end, share), end);
  };
}

/** From `init` to `end` in a straight line over `steps` steps. */
export function linearSchedule(options: Omit<PolynomialOptions, "power">): Schedule {
  return polynomialSchedule(options);
}

/** Options of `cosineDecaySchedule`. */
export type CosineOptions = {
  /** Rate at first. */
  readonly init: number;
  /** Steps until the end. */
  readonly steps: number;
  /** Rate at the end, as a share of `init`. Default 0. */
  readonly alpha?: number;
  /** Exponent of the cosine's share. Default 1. */
  readonly exponent?: number;
};

/**
 * init · ((1 - alpha) · (½ (1 + cos(π t / steps)))^exponent + alpha).
 *
 * @see Loshchilov & Hutter 2016, arXiv:1608.03983
 */
export function cosineDecaySchedule(options: CosineOptions): Schedule {
  const { init, steps, alpha = 0, exponent = 1 } = options;
  requirePositive(steps);
  return (step) => {
    const done = minimum(convert(step, "f32"), steps);
    const half = mul(0.5, add(1, cos(mul(Math.PI / steps, done))));
    const share = exponent === 1 ? half : pow(maximum(half, 0), exponent);
    return mul(init, add(mul(1 - alpha, share), alpha));
  };
}

/** Options of `exponentialDecaySchedule`. */
export type ExponentialOptions = {
  /** Rate at first. */
  readonly init: number;
  /** Factor by which the rate changes over `steps` steps. */
  readonly rate: number;
  /** Steps for one factor. */
  readonly steps: number;
  /** Steps before the change begins. Default 0. */
  readonly begin?: number;
  /** Whether to change only at whole multiples of `steps`. Default false. */
  readonly staircase?: boolean;
  /** The rate stops here. */
  readonly end?: number;
};

/** init · rate^(t / steps), where t counts from `begin`. */
export function exponentialDecaySchedule(options: ExponentialOptions): Schedule {
  const { init, rate, steps, begin = 0, staircase = false, end } = options;
  requirePositive(steps);
  return (step) => {
    const done = sub(convert(step, "f32"), begin);
    const periods = div(done, steps);
    const factor = pow(rate, staircase ? floor(periods) : periods);
    const decayed = where(less(done, 0), init, mul(init, factor));
    if (end === undefined) return decayed;
    return rate < 1 ? maximum(decayed, end) : minimum(decayed, end);
  };
}

/**
 * Schedules one after the other; each counts from where it begins.
 *
 * @param schedules in their order
 * @param boundaries the steps at which the second and later ones begin
 */
export function joinSchedules(
  schedules: readonly Schedule[],
  boundaries: readonly number[],
): Schedule {
  if (schedules.length !== boundaries.length + 1) {
    throw new RangeError(
      `Cannot join ${schedules.length} schedules at ${boundaries.length} boundaries: ` +
        `there is one boundary between two schedules`,
    );
  }
  return (step) => {
    const first = schedules[0]!(step);
    return schedules.slice(1).reduce((rate: Tensor, schedule, i) => {
      const begin = boundaries[i]!;
      return where(less(step, begin), rate, schedule(sub(step, begin)));
    }, first);
  };
}

function requirePositive(steps: number): void {
  if (steps > 0) return;
  throw new RangeError(`Cannot decay over ${steps} steps: use a positive number`);
}
