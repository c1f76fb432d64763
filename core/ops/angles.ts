import { add } from "../primitives/add.ts";
import { abs } from "../primitives/abs_sign.ts";
import { bitwiseAnd } from "../primitives/bitwise.ts";
import { equal, greater, less } from "../primitives/compare.ts";
import { concatenate } from "../primitives/concatenate.ts";
import { div } from "../primitives/div.ts";
import { mul } from "../primitives/mul.ts";
import { where } from "../primitives/select.ts";
import { sin } from "../primitives/sin_cos.ts";
import { sliceAxis } from "../primitives/slice_pad.ts";
import { sub } from "../primitives/sub.ts";
import { normalizeAxis } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { cumsum } from "./cumulative.ts";
import { diff } from "./difference.ts";
import { remainder } from "./remainder.ts";

/** Degrees to radians. */
export function deg2rad(x: Tensor): Tensor {
  return mul(x, Math.PI / 180);
}

/** Radians to degrees. */
export function rad2deg(x: Tensor): Tensor {
  return mul(x, 180 / Math.PI);
}

/** sin(πx) / (πx), 1 at 0; the first derivative there is 0. */
export function sinc(x: Tensor): Tensor {
  const angle = mul(x, Math.PI);
  const zero = equal(angle, 0);
  const safe = where(zero, 1, angle);
  // 1 - x²/6 has the value and the derivatives of sin(x)/x at 0.
  const series = sub(1, div(mul(angle, angle), 6));
  return where(zero, series, div(sin(safe), safe));
}

/** Options of `unwrap`: the axis, by default the last, and the period, 2π by default. */
export type UnwrapOptions = { readonly axis?: number; readonly period?: number };

/** Angles with whole periods added so that neighbours are at most half a period apart. */
export function unwrap(x: Tensor, options: UnwrapOptions = {}): Tensor {
  const { period = 2 * Math.PI } = options;
  const axis = normalizeAxis(options.axis ?? -1, x.shape.length, "unwrap");
  const half = period / 2;
  const steps = diff(x, { axis });
  const folded = sub(remainder(add(steps, half), period), half);
  // Half a period up stays one up.
  const up = where(bitwiseAnd(equal(folded, -half), greater(steps, 0)), half, folded);
  const correction = where(less(abs(steps), half), 0, sub(up, steps));
  const first = sliceAxis(x, { axis, start: 0, stop: 1 });
  const rest = sliceAxis(x, { axis, start: 1, stop: x.shape[axis]! });
  return concatenate([first, add(rest, cumsum(correction, { axis }))], { axis });
}
