import { bind } from "../bind.ts";
import { reduceMaxP, reduceMinP } from "../primitives/reduce_max_min.ts";
import type { Tensor } from "../tensor.ts";
import { reduce, type ReduceOptions } from "./_axes.ts";

/**
 * Largest element over axes, NaN if any is; ties share the derivative equally.
 *
 * @throws {ShapeError} if there is no element
 */
export function max(x: Tensor, options: ReduceOptions = {}): Tensor {
  return reduce("max", x, options, (y, axes) => {
    return axes.length === 0 ? y : bind(reduceMaxP, [y], { axes })[0];
  });
}

/**
 * Smallest element over axes, NaN if any is; ties share the derivative equally.
 *
 * @throws {ShapeError} if there is no element
 */
export function min(x: Tensor, options: ReduceOptions = {}): Tensor {
  return reduce("min", x, options, (y, axes) => {
    return axes.length === 0 ? y : bind(reduceMinP, [y], { axes })[0];
  });
}
