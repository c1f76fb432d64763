import { add, convert, cos, div, less, mul, sub, type Tensor, where } from "../core/mod.ts";
import type { Schedule } from "./optimizer.ts";
import { constantSchedule } from "./schedules.ts";

/** Factors of the rate by the steps at which they take effect. */
export type Scales = { readonly [step: number]: number };

/** Options of `piecewiseConstantSchedule`. */
export type PiecewiseOptions = {
  /** Rate at first. */
  readonly init: number;
  /** Factors, none negative, by which the rate changes at their steps. */
  readonly scales: Scales;
};

/** Options of `piecewiseInterpolateSchedule`. */
export type PiecewiseInterpolateOptions = PiecewiseOptions & {
  /** The way from one rate to the next. */
  readonly kind: "linear" | "cosine";
};

/**
 * A rate that is multiplied by a factor at each of some steps: from step s on, where `scales` has s.
 *
 * @throws {RangeError} if a factor is negative
 */
export function piecewiseConstantSchedule(options: PiecewiseOptions): Schedule {
  const knots = knotsOf(options);
  const first = constantSchedule(options.init);
  return (step) =>
    knots.slice(1).reduce(
      (rate, { step: begin, rate: next }) => where(less(step, begin), rate, next),
      first(step),
    );
}

/**
 * A rate that reaches a multiple of what it was at each of some steps, in a straight line or along
 * half a cosine between them, and stays behind the last.
 *
 * @throws {RangeError} if a factor is negative
 */
export function piecewiseInterpolateSchedule(options: PiecewiseInterpolateOptions): Schedule {
  const knots = knotsOf(options);
  return (step) => {
    const last = constantSchedule(knots.at(-1)!.rate)(step);
    return knots.slice(0, -1).reduceRight((later: Tensor, from, i) => {
      const to = knots[i + 1]!;
      // Knots at one step have no way between them.
      const share = div(sub(convert(step, "f32"), from.step), Math.max(to.step - from.step, 1));
      const between = interpolate(from.rate, to.rate, share, options.kind);
      return where(less(step, to.step), between, later);
    }, last);
  };
}

type Knot = { readonly step: number; readonly rate: number };

/** Rates at step 0 and at every boundary. */
function knotsOf({ init, scales }: PiecewiseOptions): readonly Knot[] {
  const knots: Knot[] = [{ step: 0, rate: init }];
  const boundaries = Object.entries(scales).map(([step, factor]) =>
    [Number(step), factor] as const
  );
  for (const [step, factor] of boundaries.sort(([a], [b]) => a - b)) {
    if (!(factor >= 0)) {
      throw new RangeError(
        `Cannot scale a rate by ${factor} at step ${step}: use a factor that is not negative`,
      );
    }
    knots.push({ step, rate: knots.at(-1)!.rate * factor });
  }
  return knots;
}

function interpolate(from: number, to: number, share: Tensor, kind: "linear" | "cosine"): Tensor {
  if (kind === "linear") return add(mul(to - from, share), from);
  return add(mul((from - to) / 2, add(cos(mul(Math.PI, share)), 1)), to);
}
