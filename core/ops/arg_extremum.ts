import { bind } from "../bind.ts";
import { argmaxP, argminP, type ArgReducePrimitive } from "../primitives/arg_reduce.ts";
import { reshape } from "../primitives/reshape.ts";
import { normalizeAxis, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { keptShape } from "./_axes.ts";

/** Options of `argmax` and `argmin`. */
export type ArgOptions = {
  /** The axis to search; by default the flattened operand. */
  readonly axis?: number;
  /** Keep the axis with side 1. */
  readonly keepDims?: boolean;
};

/**
 * First index of the largest element along an axis, i32; NaN counts as largest.
 *
 * @throws {ShapeError} if there is no element
 */
export function argmax(x: Tensor, options: ArgOptions = {}): Tensor {
  return argReduce(argmaxP, x, options);
}

/**
 * First index of the smallest element along an axis, i32; NaN counts as smallest.
 *
 * @throws {ShapeError} if there is no element
 */
export function argmin(x: Tensor, options: ArgOptions = {}): Tensor {
  return argReduce(argminP, x, options);
}

function argReduce(primitive: ArgReducePrimitive, x: Tensor, options: ArgOptions): Tensor {
  const rank = x.shape.length;
  if (options.axis === undefined) {
    const index = bind(primitive, [reshape(x, [sizeOf(x.shape)])], { axis: 0 })[0];
    return options.keepDims ? reshape(index, x.shape.map(() => 1)) : index;
  }
  const axis = normalizeAxis(options.axis, rank, primitive.name);
  const index = bind(primitive, [x], { axis })[0];
  return options.keepDims ? reshape(index, keptShape(x.shape, [axis])) : index;
}
