import type { Tensor } from "../tensor.ts";
import type { CumulativeKind } from "./_cumulative_host.ts";
import { add } from "./add.ts";
import { broadcastInDim } from "./broadcast_sum.ts";
import { equal, greater, less } from "./compare.ts";
import { concatenate } from "./concatenate.ts";
import { constant } from "./constant.ts";
import { exp } from "./exp.ts";
import { log1p } from "./log1p.ts";
import { maximum, minimum } from "./max_min.ts";
import { mul } from "./mul.ts";
import { where } from "./select.ts";
import { sliceAxis } from "./slice_pad.ts";
import { sub } from "./sub.ts";

/** A value and its tangent. */
type Dual = readonly [x: Tensor, dx: Tensor];

type Rule = { readonly start: number; readonly combine: (a: Dual, b: Dual) => Dual };

const RULES: Record<Exclude<CumulativeKind, "sum">, Rule> = {
  prod: { start: 1, combine: ([x, dx], [y, dy]) => [mul(x, y), add(mul(dx, y), mul(x, dy))] },
  max: {
    start: -Infinity,
    combine: ([x, dx], [y, dy]) => [maximum(x, y), where(greater(x, y), dx, dy)],
  },
  min: {
    start: Infinity,
    combine: ([x, dx], [y, dy]) => [minimum(x, y), where(less(x, y), dx, dy)],
  },
  logsumexp: { start: -Infinity, combine: addExp },
};

/**
 * Tangent of a running operation, by Hillis and Steele's scan of pairs of value and tangent: after
 * step s, position i holds the result over the last 2s elements up to i. No division, so zeros in
 * a product are no special case.
 */
export function scanTangent(
  x: Tensor,
  dx: Tensor,
  kind: Exclude<CumulativeKind, "sum">,
  axis: number,
  reverse: boolean,
): Tensor {
  const { start, combine } = RULES[kind];
  let value: Dual = [x, dx];
  for (let step = 1; step < x.shape[axis]!; step *= 2) {
    const before: Dual = [
      delay(value[0], axis, step, reverse, start),
      delay(value[1], axis, step, reverse, 0),
    ];
    value = combine(before, value);
  }
  return value[1];
}

/** `x` moved by `step` places along an axis, with `fill` where nothing comes from. */
function delay(x: Tensor, axis: number, step: number, reverse: boolean, fill: number): Tensor {
  const side = x.shape[axis]!;
  const shape = x.shape.map((n, i) => i === axis ? step : n);
  const gap = broadcastInDim(constant(fill, x.dtype), { shape, dims: [] });
  const kept = reverse
    ? sliceAxis(x, { axis, start: step, stop: side })
    : sliceAxis(x, { axis, start: 0, stop: side - step });
  return concatenate(reverse ? [kept, gap] : [gap, kept], { axis });
}

/** z = ln(eˣ + eʸ) with dz = dx e^(x - z) + dy e^(y - z). */
function addExp([x, dx]: Dual, [y, dy]: Dual): Dual {
  const top = maximum(x, y);
  const gap = where(equal(x, y), 0, sub(minimum(x, y), top)); // 0 also for equal infinities
  const z = add(top, log1p(exp(gap)));
  const part = (u: Tensor, du: Tensor): Tensor =>
    mul(du, where(equal(u, -Infinity), 0, exp(sub(u, z))));
  return [z, add(part(x, dx), part(y, dy))];
}
