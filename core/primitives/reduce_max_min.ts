import { bind } from "../bind.ts";
import { ShapeError } from "../errors.ts";
import { definePrimitive, type Primitive } from "../primitive.ts";
import { formatAval, otherAxes } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { reduceHost } from "./_reduce_host.ts";
import { broadcastInDim, sumAxes } from "./broadcast_sum.ts";
import { equal } from "./compare.ts";
import { convert } from "./convert.ts";
import { div } from "./div.ts";
import { mul } from "./mul.ts";

/** Parameters of a reduction: sorted, non-negative axes, which are dropped. */
export type ReductionParams = { readonly axes: readonly number[] };

/** A reduction of one operand over axes. */
export type ReductionPrimitive = Primitive<[Tensor], [Tensor], ReductionParams>;

/** y = max x over `axes`; NaN if any is. Ties share the derivative equally. */
export const reduceMaxP: ReductionPrimitive = extremum("reduce_max", -Infinity, Math.max);

/** y = min x over `axes`; NaN if any is. Ties share the derivative equally. */
export const reduceMinP: ReductionPrimitive = extremum("reduce_min", Infinity, Math.min);

function extremum(
  name: string,
  start: number,
  f: (x: number, y: number) => number,
): ReductionPrimitive {
  const primitive: ReductionPrimitive = definePrimitive<[Tensor], [Tensor], ReductionParams>({
    name,
    infer: ([x], { axes }) => {
      if (axes.some((axis) => x.shape[axis] === 0)) {
        throw new ShapeError(
          `Cannot ${name} ${formatAval(x)} over axes [${axes}]: there are no elements, and ` +
            `nothing is the extremum of nothing; reduce over axes that are not empty`,
          name,
          [x.shape],
        );
      }
      return [{ shape: x.shape.filter((_, i) => !axes.includes(i)), dtype: x.dtype }];
    },
    evaluate: ([x], { axes }) => [reduceHost(x, axes, start, f)],
    jvp: ([x], [dx], { axes }) => {
      const y = bind(primitive, [x], { axes })[0];
      return [[y], [dx && sumAxes(mul(dx, shares(x, y, axes)), axes)]];
    },
    batch: (x, _batched, { axes }) => bind(primitive, x, { axes: axes.map((axis) => axis + 1) }),
  });
  return primitive;
}

/** 1 / (number of ties) where x is the extremum, else 0. */
function shares(x: Tensor, y: Tensor, axes: readonly number[]): Tensor {
  const back = { shape: x.shape, dims: otherAxes(x.shape.length, axes) };
  const hits = convert(equal(x, broadcastInDim(y, back)), x.dtype);
  return div(hits, broadcastInDim(sumAxes(hits, axes), back));
}
