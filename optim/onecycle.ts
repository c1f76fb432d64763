import type { Schedule } from "./optimizer.ts";
import { piecewiseInterpolateSchedule } from "./piecewise.ts";

/** Options of `cosineOnecycleSchedule`. */
export type OnecycleOptions = {
  /** Steps of the cycle. */
  readonly steps: number;
  /** The largest rate. */
  readonly peak: number;
  /** Share of the steps until the peak. Default 0.3. */
  readonly pctStart?: number;
  /** The rate begins at peak / divFactor. Default 25. */
  readonly divFactor?: number;
  /** The rate ends at the first one over this. Default 1e4. */
  readonly finalDivFactor?: number;
};

/** Options of `linearOnecycleSchedule`. */
export type LinearOnecycleOptions = OnecycleOptions & {
  /** Share of the steps until the rate is back at its first value. Default 0.85. */
  readonly pctFinal?: number;
};

/**
 * Straight lines from peak / divFactor up to `peak`, back down, and to nearly nothing.
 *
 * @see Smith & Topin 2017, arXiv:1708.07120
 */
export function linearOnecycleSchedule(options: LinearOnecycleOptions): Schedule {
  const { steps, peak, pctStart = 0.3, pctFinal = 0.85 } = options;
  const { divFactor = 25, finalDivFactor = 1e4 } = options;
  requireSteps(steps);
  return piecewiseInterpolateSchedule({
    kind: "linear",
    init: peak / divFactor,
    scales: {
      [Math.trunc(pctStart * steps)]: divFactor,
      [Math.trunc(pctFinal * steps)]: 1 / divFactor,
      [steps]: 1 / finalDivFactor,
    },
  });
}

/**
 * Half a cosine from peak / divFactor up to `peak`, and another one to nearly nothing.
 *
 * @see Smith & Topin 2017, arXiv:1708.07120
 */
export function cosineOnecycleSchedule(options: OnecycleOptions): Schedule {
  const { steps, peak, pctStart = 0.3, divFactor = 25, finalDivFactor = 1e4 } = options;
  requireSteps(steps);
  return piecewiseInterpolateSchedule({
    kind: "cosine",
    init: peak / divFactor,
    scales: {
      [Math.trunc(pctStart * steps)]: divFactor,
      [steps]: 1 / (divFactor * finalDivFactor),
    },
  });
}

function requireSteps(steps: number): void {
  if (steps > 0) return;
  throw new RangeError(`Cannot make a cycle of ${steps} steps: use a positive number`);
}
