import { add } from "../primitives/add.ts";
import { convert } from "../primitives/convert.ts";
import { isNan } from "../primitives/is_finite.ts";
import { mul } from "../primitives/mul.ts";
import { reshape } from "../primitives/reshape.ts";
import { where } from "../primitives/select.ts";
import { sliceAxis } from "../primitives/slice_pad.ts";
import { normalizeAxis, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { any } from "./any_all.ts";
import { sort } from "./sort.ts";
import { floatDtype } from "./_precision.ts";

/** Options of `quantile` and `median`: the axis, by default the flattened operand. */
export type QuantileOptions = { readonly axis?: number };

/**
 * The q-quantile along an axis, with linear interpolation between neighbours; NaN if any element is.
 *
 * @param q from 0 (smallest) to 1 (largest)
 */
export function quantile(x: Tensor, q: number, options: QuantileOptions = {}): Tensor {
  if (!(q >= 0 && q <= 1)) {
    throw new RangeError(`Cannot take the ${q}-quantile: q is not between 0 and 1`);
  }
  const flat = options.axis === undefined ? reshape(x, [sizeOf(x.shape)]) : x;
  const axis = normalizeAxis(options.axis ?? 0, flat.shape.length, "quantile");
  const values = convert(flat, floatDtype(flat.dtype));
  const place = q * (flat.shape[axis]! - 1);
  const low = Math.floor(place);
  const sorted = sort(values, { axis });
  const shape = flat.shape.filter((_, i) => i !== axis);
  const at = (i: number): Tensor =>
    reshape(sliceAxis(sorted, { axis, start: i, stop: i + 1 }), shape);
  const part = place - low;
  const between = part === 0 ? at(low) : add(mul(at(low), 1 - part), mul(at(low + 1), part));
  return where(any(isNan(values), { axes: axis }), NaN, between);
}

/** The middle value along an axis, or the mean of the two middle ones. */
export function median(x: Tensor, options: QuantileOptions = {}): Tensor {
  return quantile(x, 0.5, options);
}
