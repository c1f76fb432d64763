import type { DType } from "../dtype.ts";
import { broadcastTo } from "../primitives/_binary.ts";
import type { Shape } from "../shape.ts";
import { numberTensor, type Tensor } from "../tensor.ts";

/** Options of the functions that make constant tensors. */
export type FillOptions = {
  /** f32 by default. */
  readonly dtype?: DType;
};

/** A tensor filled with one number; booleans give bool. */
export function full(shape: Shape, value: number | boolean, options: FillOptions = {}): Tensor {
  const dtype = options.dtype ?? (typeof value === "boolean" ? "bool" : "f32");
  return broadcastTo(numberTensor(Number(value), dtype), shape);
}

/** Zeros. */
export function zeros(shape: Shape, options: FillOptions = {}): Tensor {
  return full(shape, 0, options);
}

/** Ones. */
export function ones(shape: Shape, options: FillOptions = {}): Tensor {
  return full(shape, 1, options);
}

/** One number in the shape of `x` and, unless `options` says otherwise, its dtype. */
export function fullLike(x: Tensor, value: number | boolean, options: FillOptions = {}): Tensor {
  return full(x.shape, value, { dtype: options.dtype ?? x.dtype });
}

/** Zeros in the shape and dtype of `x`. */
export function zerosLike(x: Tensor, options: FillOptions = {}): Tensor {
  return fullLike(x, 0, options);
}

/** Ones in the shape and dtype of `x`. */
export function onesLike(x: Tensor, options: FillOptions = {}): Tensor {
  return fullLike(x, 1, options);
}
