import { bind } from "../bind.ts";
import { convert } from "../primitives/convert.ts";
import { dynamicSliceP, dynamicUpdateSliceP } from "../primitives/dynamic_slice.ts";
import { numberTensor, type Tensor } from "../tensor.ts";

/** Where a window begins, per axis: an integer scalar, or a number. */
export type Starts = readonly (Tensor | number)[];

/**
 * The window of `options.sizes` of `x` at positions that are known at run time only. The window is
 * moved so that it fits.
 *
 * @param x any shape
 * @param starts one integer scalar per axis
 * @param options `sizes`: sides of the window
 * @throws {ShapeError} if the window is larger than `x` or a start is no integer scalar
 */
export function dynamicSlice(
  x: Tensor,
  starts: Starts,
  options: { readonly sizes: readonly number[] },
): Tensor {
  return bind(dynamicSliceP, [x, ...starts.map(asStart)], { sizes: options.sizes })[0];
}

/**
 * `x` with the window at `options.starts` replaced by `update`, which is moved so that it fits.
 *
 * @param x any shape
 * @param update same rank, at most the sides of `x`; converted to its dtype
 * @param options `starts`: one integer scalar per axis
 * @throws {ShapeError} if the window is larger than `x` or a start is no integer scalar
 */
export function dynamicUpdateSlice(
  x: Tensor,
  update: Tensor,
  options: { readonly starts: Starts },
): Tensor {
  const starts = options.starts.map(asStart);
  return bind(dynamicUpdateSliceP, [x, convert(update, x.dtype), ...starts], null)[0];
}

function asStart(start: Tensor | number): Tensor {
  return typeof start === "number" ? numberTensor(start, "i32") : start;
}
