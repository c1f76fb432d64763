import { bind } from "../bind.ts";
import { isFloat } from "../dtype.ts";
import { definePrimitive } from "../primitive.ts";
import { otherAxes } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { reduceHost } from "./_reduce_host.ts";
import { broadcastInDim, sumAxes } from "./broadcast_sum.ts";
import { equal } from "./compare.ts";
import { iota } from "./iota.ts";
import { mul } from "./mul.ts";
import type { ReductionPrimitive } from "./reduce_max_min.ts";
import { reshape } from "./reshape.ts";
import { where } from "./select.ts";

type Params = { readonly axes: readonly number[] };

/** y = Π x over `axes`. */
export const reduceProdP: ReductionPrimitive = definePrimitive<[Tensor], [Tensor], Params>({
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
    return [[y], [dx && sumAxes(mul(dx, others(x, axes)), axes)]];
  },
  batch: (x, _batched, { axes }) => bind(reduceProdP, x, { axes: axes.map((axis) => axis + 1) }),
});

/**
 * At every position the product of all other elements along the axes. Dividing y by x would do, were
 * it not for zeros; so x is laid out once for every position, with that position set to 1.
 */
function others(x: Tensor, axes: readonly number[]): Tensor {
  const rank = x.shape.length;
  const sides = axes.map((axis) => x.shape[axis]!);
  const count = sides.reduce((product, side) => product * side, 1);
  const index = broadcastInDim(reshape(iota([count]), sides), { shape: x.shape, dims: axes });
  const shape = [count, ...x.shape]; // [n, ...shape]
  const dims = otherAxes(rank + 1, [0]);
  const self = equal(
    broadcastInDim(index, { shape, dims }),
    broadcastInDim(iota([count]), { shape, dims: [0] }),
  );
  const left = where(self, 1, broadcastInDim(x, { shape, dims }));
  const products = bind(reduceProdP, [left], { axes: axes.map((axis) => axis + 1) })[0];
  return gatherBack(products, self, axes);
}

/** Element i of `products` [n, ...kept] to position i along the axes. */
function gatherBack(products: Tensor, self: Tensor, axes: readonly number[]): Tensor {
  const dims = otherAxes(self.shape.length, axes.map((axis) => axis + 1));
  const spread = broadcastInDim(products, { shape: self.shape, dims });
  return sumAxes(where(self, spread, 0), [0]);
}
