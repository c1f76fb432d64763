import { add } from "../primitives/add.ts";
import { bitwiseNot } from "../primitives/bitwise.ts";
import { equal } from "../primitives/compare.ts";
import { convert } from "../primitives/convert.ts";
import { isNan } from "../primitives/is_finite.ts";
import { maximum, minimum } from "../primitives/max_min.ts";
import { mul } from "../primitives/mul.ts";
import { reshape } from "../primitives/reshape.ts";
import { floor } from "../primitives/rounding.ts";
import { where } from "../primitives/select.ts";
import { sub } from "../primitives/sub.ts";
import { takeAlong } from "../primitives/_take_along.ts";
import { normalizeAxis, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { floatDtype } from "./_precision.ts";
import { sort } from "./sort.ts";
import { sum } from "./sum.ts";

/** Options of `nanQuantile`: the axis, by default the flattened operand. */
export type NanQuantileOptions = { readonly axis?: number };

/**
 * The q-quantile along an axis of what is no NaN, with linear interpolation between neighbours; NaN if
 * nothing is left.
 *
 * @param q from 0 (smallest) to 1 (largest)
 * @throws {RangeError} if q is outside
 */
export function nanQuantile(x: Tensor, q: number, options: NanQuantileOptions = {}): Tensor {
  if (!(q >= 0 && q <= 1)) {
    throw new RangeError(`Cannot take the ${q}-quantile: q is not between 0 and 1`);
  }
  const flat = options.axis === undefined ? reshape(x, [sizeOf(x.shape)]) : x;
  const axis = normalizeAxis(options.axis ?? 0, flat.shape.length, "nanQuantile");
  const sorted = sort(convert(flat, floatDtype(flat.dtype)), { axis }); // NaN last
  const count = sum(convert(bitwiseNot(isNan(flat)), "f32"), { axes: axis, keepDims: true });
  const place = mul(maximum(sub(count, 1), 0), q);
  const low = floor(place);
  const part = sub(place, low);
  const at = (position: Tensor): Tensor => takeAlong(sorted, convert(position, "i32"), axis);
  const high = minimum(add(low, 1), maximum(sub(count, 1), 0));
  const between = add(mul(at(low), sub(1, part)), mul(at(high), part));
  return reshape(
    where(equal(count, 0), NaN, between),
    flat.shape.filter((_, i) => i !== axis),
  );
}

/** The middle value along an axis of what is no NaN. */
export function nanMedian(x: Tensor, options: NanQuantileOptions = {}): Tensor {
  return nanQuantile(x, 0.5, options);
}

/** The q-th percentile: `nanQuantile` with q from 0 to 100. */
export function nanPercentile(x: Tensor, q: number, options: NanQuantileOptions = {}): Tensor {
  return nanQuantile(x, q / 100, options);
}
