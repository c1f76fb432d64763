import { normalizeAxes, type Shape } from "../shape.ts";
import { reshape } from "../primitives/reshape.ts";
import type { Tensor } from "../tensor.ts";

/** Which axes a reduction folds, and whether they stay with side 1. */
export type ReduceOptions = {
  /** One axis or several, negative ones from the end; every axis by default. */
  readonly axes?: number | readonly number[];
  /** Keep the reduced axes with side 1, so that the result broadcasts against the operand. */
  readonly keepDims?: boolean;
};

/** Reduces `x` by `f` over the axes of `options`. */
export function reduce(
  op: string,
  x: Tensor,
  options: ReduceOptions,
  f: (x: Tensor, axes: readonly number[]) => Tensor,
): Tensor {
  const axes = normalizeAxes(options.axes, x.shape.length, op);
  const y = f(x, axes);
  return options.keepDims ? reshape(y, keptShape(x.shape, axes)) : y;
}

/** The shape with the sides of `axes` set to 1. */
export function keptShape(shape: Shape, axes: readonly number[]): Shape {
  return shape.map((side, i) => axes.includes(i) ? 1 : side);
}

/** Product of the sides of `axes`. */
export function countOf(shape: Shape, axes: readonly number[]): number {
  return axes.reduce((count, axis) => count * shape[axis]!, 1);
}
