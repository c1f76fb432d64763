import { bind } from "../bind.ts";
import { ShapeError } from "../errors.ts";
import { definePrimitive, isLinear, known, type Primitive } from "../primitive.ts";
import { broadcastShapes, formatAval, sameShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { alike, broadcastTo, type Operand } from "./_binary.ts";
import { requireAlike } from "./_elementwise.ts";
import { broadcastFront } from "./broadcast_sum.ts";
import { convert } from "./convert.ts";

/** z = x where the condition holds, else y. Linear in x and y. */
export const selectP: Primitive<[Tensor, Tensor, Tensor], [Tensor], null> = definePrimitive<
  [Tensor, Tensor, Tensor],
  [Tensor],
  null
>({
  name: "select",
  infer: ([cond, x, y]) => {
    requireAlike("select", x, y);
    if (cond.dtype !== "bool" || !sameShape(cond.shape, x.shape)) {
      throw new ShapeError(
        `Cannot select from ${formatAval(x)} by ${formatAval(cond)}: the primitive takes a bool ` +
          `condition of the same shape; where() broadcasts`,
        "select",
        [cond.shape, x.shape],
      );
    }
    return [x];
  },
  evaluate: ([cond, x, y]) => [x.data.map((value, i) => cond.data[i] ? value : y.data[i]!)],
  jvp: ([cond, x, y], [_, dx, dy]) => [
    bind(selectP, [cond, x, y], null),
    [dx || dy ? where(cond, dx ?? 0, dy ?? 0) : null],
  ],
  transpose: ([ct], [cond, x, y]) => [
    null,
    ct && isLinear(x) ? where(known(cond), ct, 0) : null,
    ct && isLinear(y) ? where(known(cond), 0, ct) : null,
  ],
  batch: (inputs, batched, _params, size) => {
    const front = (i: 0 | 1 | 2): Tensor =>
      batched[i] ? inputs[i] : broadcastFront(inputs[i], size);
    return bind(selectP, [front(0), front(1), front(2)], null);
  },
});

/** `x` where `cond` holds and `y` elsewhere; all three broadcast, x and y are promoted. */
export function where(cond: Tensor, x: Operand, y: Operand): Tensor {
  const [a, b] = alike("where", x, y);
  const shape = broadcastShapes(cond.shape, a.shape, "where");
  const choice = broadcastTo(convert(cond, "bool"), shape);
  return bind(selectP, [choice, broadcastTo(a, shape), broadcastTo(b, shape)], null)[0];
}
