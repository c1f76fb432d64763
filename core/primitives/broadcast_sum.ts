import { bind } from "../bind.ts";
import { ShapeError } from "../errors.ts";
import { definePrimitive, type Primitive } from "../primitive.ts";
import { formatShape, otherAxes, range, sameShape, type Shape, stridesOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { reshape } from "./reshape.ts";
import { pick } from "./_positions.ts";
import { reduceHost } from "./_reduce_host.ts";

/** Broadcasting and summing are each other's transpose, so they share a file. */

/** Shape of the result, and the axis of it that each axis of the operand becomes. */
export type BroadcastParams = {
  readonly shape: Shape;
  readonly dims: readonly number[];
};

/** Sorted, non-negative axes, which are dropped. */
export type SumParams = { readonly axes: readonly number[] };

/** y[..i..] = x[..i[dims]..]: axis j of the operand becomes axis dims[j] of the result. */
export const broadcastInDimP: Primitive<[Tensor], [Tensor], BroadcastParams> = definePrimitive<
  [Tensor],
  [Tensor],
  BroadcastParams
>({
  name: "broadcast_in_dim",
  infer: ([x], { shape, dims }) => {
    const fits = dims.length === x.shape.length &&
      dims.every((d, j) => shape[d] === x.shape[j] && (j === 0 || d > dims[j - 1]!));
    if (!fits) {
      throw new ShapeError(
        `Cannot broadcast ${formatShape(x.shape)} to ${formatShape(shape)} along axes ` +
          `[${dims}]: each axis must have the side of the one it becomes, in ascending order`,
        "broadcast_in_dim",
        [x.shape, shape],
      );
    }
    return [{ shape, dtype: x.dtype }];
  },
  evaluate: ([x], { shape, dims }) => {
    const strides = new Array<number>(shape.length).fill(0);
    stridesOf(x.shape).forEach((stride, j) => strides[dims[j]!] = stride);
    return [pick(x.data, shape, strides)];
  },
  jvp: (x, [dx], params) => [
    bind(broadcastInDimP, x, params),
    dx ? bind(broadcastInDimP, [dx], params) : [null],
  ],
  transpose: ([ct], _inputs, { shape, dims }) => [
    ct && sumAxes(ct, otherAxes(shape.length, dims)),
  ],
  batch: ([x], _batched, { shape, dims }, size) =>
    bind(broadcastInDimP, [x], { shape: [size, ...shape], dims: [0, ...dims.map((d) => d + 1)] }),
});

/** y = Σ x over `axes`. Linear, so it is its own tangent and its transpose is a broadcast. */
export const reduceSumP: Primitive<[Tensor], [Tensor], SumParams> = definePrimitive<
  [Tensor],
  [Tensor],
  SumParams
>({
  name: "reduce_sum",
  infer: ([x], { axes }) => [{
    shape: x.shape.filter((_, i) => !axes.includes(i)),
    dtype: x.dtype,
  }],
  evaluate: ([x], { axes }) => [reduceHost(x, axes, 0, (sum, value) => sum + value)],
  jvp: (x, [dx], params) => [
    bind(reduceSumP, x, params),
    dx ? bind(reduceSumP, [dx], params) : [null],
  ],
  transpose: ([ct], [x], { axes }) => [
    ct && broadcastInDim(ct, { shape: x.aval.shape, dims: otherAxes(x.aval.shape.length, axes) }),
  ],
  batch: (x, _batched, { axes }) => bind(reduceSumP, x, { axes: axes.map((axis) => axis + 1) }),
});

/**
 * `x` with axis j becoming axis dims[j] of `shape`; the other axes repeat it, as do those where `x`
 * has side 1.
 */
export function broadcastInDim(x: Tensor, options: BroadcastParams): Tensor {
  const { shape, dims } = options;
  if (sameShape(x.shape, shape)) return x;
  const stretches = (j: number): boolean => x.shape[j] === 1 && shape[dims[j]!] !== 1;
  const kept = range(x.shape.length).filter((j) => !stretches(j));
  const dropped = reshape(x, kept.map((j) => x.shape[j]!));
  return bind(broadcastInDimP, [dropped], { shape, dims: kept.map((j) => dims[j]!) })[0];
}

/** `x` repeated along a new leading axis. */
export function broadcastFront(x: Tensor, size: number): Tensor {
  const dims = range(x.shape.length).map((i) => i + 1);
  return bind(broadcastInDimP, [x], { shape: [size, ...x.shape], dims })[0];
}

/** Sum over sorted, non-negative axes, in the dtype of `x`. */
export function sumAxes(x: Tensor, axes: readonly number[]): Tensor {
  return axes.length === 0 ? x : bind(reduceSumP, [x], { axes })[0];
}
