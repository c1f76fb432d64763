import { add } from "../primitives/add.ts";
import { bitwiseNot } from "../primitives/bitwise.ts";
import { equal } from "../primitives/compare.ts";
import { convert } from "../primitives/convert.ts";
import { isNan } from "../primitives/is_finite.ts";
import { maximum, minimum } from "../primitives/max_min.ts";
import { mul } from "../primitives/mul.ts";
import { floor } from "../primitives/rounding.ts";
import { where } from "../primitives/select.ts";
import { sub } from "../primitives/sub.ts";
import { takeAlong } from "../primitives/_take_along.ts";
import type { Tensor } from "../tensor.ts";
import { requireShare, shaped, toOrder } from "./_quantile.ts";
import type { QuantileOptions } from "./quantile.ts";
import { sort } from "./sort.ts";
import { stack } from "./stack.ts";
import { sum } from "./sum.ts";

/** Options of `nanQuantile`, `nanPercentile` and `nanMedian`, as those of `quantile`. */
export type NanQuantileOptions = Pick<QuantileOptions, "axis" | "keepDims">;

/**
 * The q-quantile along an axis of what is no NaN, with linear interpolation between neighbours; NaN if
 * nothing is left.
 *
 * @param q from 0 (smallest) to 1 (largest); a list gives one more axis in front
 * @throws {RangeError} if q is outside
 */
export function nanQuantile(
  x: Tensor,
  q: number | readonly number[],
  options: NanQuantileOptions = {},
): Tensor {
  if (typeof q !== "number") return stack(q.map((each) => nanQuantile(x, each, options)));
  requireShare(q);
  const { values, axis } = toOrder("nanQuantile", x, options);
  const sorted = sort(values, { axis }); // NaN last
  const count = sum(convert(bitwiseNot(isNan(values)), "f32"), { axes: axis, keepDims: true });
  const place = mul(maximum(sub(count, 1), 0), q);
  const low = floor(place);
  const part = sub(place, low);
  const at = (position: Tensor): Tensor => takeAlong(sorted, convert(position, "i32"), axis);
  const high = minimum(add(low, 1), maximum(sub(count, 1), 0));
  const between = add(mul(at(low), sub(1, part)), mul(at(high), part));
  return shaped(where(equal(count, 0), NaN, between), x, options);
}

/** The middle value along an axis of what is no NaN. */
export function nanMedian(x: Tensor, options: NanQuantileOptions = {}): Tensor {
  return nanQuantile(x, 0.5, options);
}

/** The q-th percentile: `nanQuantile` with q from 0 to 100. */
export function nanPercentile(
  x: Tensor,
  q: number | readonly number[],
  options: NanQuantileOptions = {},
): Tensor {
  return nanQuantile(x, typeof q === "number" ? q / 100 : q.map((each) => each / 100), options);
}
