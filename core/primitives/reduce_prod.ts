import { bind } from "../bind.ts";
import { isFloat } from "../dtype.ts";
import { definePrimitive } from "../primitive.ts";
import type { Tensor } from "../tensor.ts";
import { reduceHost } from "./_reduce_host.ts";
import { add } from "./add.ts";
import { broadcastInDim } from "./broadcast_sum.ts";
import { concatenate } from "./concatenate.ts";
import { constant } from "./constant.ts";
import { mul } from "./mul.ts";
import type { ReductionParams, ReductionPrimitive } from "./reduce_max_min.ts";
import { reshape } from "./reshape.ts";
import { sliceAxis } from "./slice_pad.ts";

/** A value and its tangent. */
type Dual = readonly [x: Tensor, dx: Tensor];

/** y = Π x over `axes`. */
export const reduceProdP: ReductionPrimitive = definePrimitive<[Tensor], [Tensor], ReductionParams>(
  {
    name: "reduce_prod",
    infer: ([x], { axes }) => [{
      shape: x.shape.filter((_, i) => !axes.includes(i)),
      dtype: x.dtype,
    }],
    evaluate: ([x], { axes }) => [
      reduceHost(x, axes, 1, isFloat(x.dtype) ? (a, b) => a * b : Math.imul),
    ],
    jvp: ([x], [dx], { axes }) => {
      const y = bind(reduceProdP, [x], { axes })[0];
      return [[y], [dx && productTangent(x, dx, axes)]];
    },
    batch: (x, _batched, { axes }) => bind(reduceProdP, x, { axes: axes.map((axis) => axis + 1) }),
  },
);

/** Tangent of the product over `axes`, one after another. */
function productTangent(x: Tensor, dx: Tensor, axes: readonly number[]): Tensor {
  let value: Dual = [x, dx];
  for (const axis of axes) value = halve(value, axis);
  return reshape(value[1], x.shape.filter((_, i) => !axes.includes(i)));
}

/** Folds an axis in halves until it has side 1. No division, so zeros are no special case. */
function halve([x, dx]: Dual, axis: number): Dual {
  const side = x.shape[axis]!;
  if (side < 2) return side === 1 ? [x, dx] : nothing(x, axis);
  const half = Math.floor(side / 2);
  const part = (y: Tensor, start: number, stop: number): Tensor =>
    sliceAxis(y, { axis, start, stop });
  const [a, da, b, db] = [
    part(x, 0, half),
    part(dx, 0, half),
    part(x, half, 2 * half),
    part(dx, half, 2 * half),
  ];
  const joined = (y: Tensor, rest: Tensor): Tensor =>
    side % 2 === 0 ? y : concatenate([y, part(rest, side - 1, side)], { axis });
  return halve([joined(mul(a, b), x), joined(add(mul(da, b), mul(a, db)), dx)], axis);
}

/** The empty product with its tangent. */
function nothing(x: Tensor, axis: number): Dual {
  const shape = x.shape.map((side, i) => i === axis ? 1 : side);
  const filled = (value: number): Tensor =>
    broadcastInDim(constant(value, x.dtype), { shape, dims: [] });
  return [filled(1), filled(0)];
}
