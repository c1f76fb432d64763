import { bind } from "../bind.ts";
import { isInteger } from "../dtype.ts";
import { convert } from "../primitives/convert.ts";
import { dynamicSliceP, dynamicUpdateSliceP } from "../primitives/dynamic_slice.ts";
import { numberTensor, type Tensor } from "../tensor.ts";
import { fromEnd } from "./_ids.ts";

/** Where a window begins, per axis: an integer scalar, or a number. */
export type Starts = readonly (Tensor | number)[];

/**
 * The window of `options.sizes` of `x` at positions that are known at run time only. The window is
 * moved so that it fits.
 *
 * @param x any shape
 * @param starts one integer scalar per axis; negative ones count from the end
 * @param options `sizes`: sides of the window
 * @throws {ShapeError} if the window is larger than `x` or a start is no integer scalar
 */
export function dynamicSlice(
  x: Tensor,
  starts: Starts,
  options: { readonly sizes: readonly number[] },
): Tensor {
  return bind(dynamicSliceP, [x, ...startsOf(x, starts)], { sizes: options.sizes })[0];
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
  const starts = startsOf(x, options.starts);
  return bind(dynamicUpdateSliceP, [x, convert(update, x.dtype), ...starts], null)[0];
}

/** Starts as integer scalars, negative ones counted from the end. */
function startsOf(x: Tensor, starts: Starts): Tensor[] {
  return starts.map((start, i) => {
    const side = x.shape[i] ?? 0;
    if (typeof start !== "number") return isInteger(start.dtype) ? fromEnd(start, side) : start;
    return numberTensor(start < 0 ? start + side : start, "i32");
  });
}
