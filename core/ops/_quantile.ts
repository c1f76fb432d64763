import { convert } from "../primitives/convert.ts";
import { reshape } from "../primitives/reshape.ts";
import { normalizeAxis } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { keptShape } from "./_axes.ts";
import { floatDtype } from "./_precision.ts";

/** The axis of a quantile, and whether it stays. */
type AxisOptions = { readonly axis?: number; readonly keepDims?: boolean };

/** Throws unless q is a share. */
export function requireShare(q: number): void {
  if (q >= 0 && q <= 1) return;
  throw new RangeError(
    `Cannot take the ${q}-quantile: q is not between 0 and 1; percentile counts to 100`,
  );
}

/** The values to order as floats, flattened where no axis is given, and their axis. */
export function toOrder(
  op: string,
  x: Tensor,
  options: AxisOptions,
): { readonly values: Tensor; readonly axis: number } {
  const lines = options.axis === undefined ? reshape(x, [-1]) : x;
  const axis = normalizeAxis(options.axis ?? 0, lines.shape.length, op);
  return { values: convert(lines, floatDtype(lines.dtype)), axis };
}

/** A result whose ordered axis has one element, or is gone, in the shape that is asked for. */
export function shaped(result: Tensor, x: Tensor, options: AxisOptions): Tensor {
  const all = x.shape.map((_, i) => i);
  const axes = options.axis === undefined ? all : [normalizeAxis(options.axis, all.length, "axis")];
  const kept = options.keepDims
    ? keptShape(x.shape, axes)
    : x.shape.filter((_, i) => !axes.includes(i));
  return reshape(result, kept);
}
