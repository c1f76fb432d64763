import { bind } from "../bind.ts";
import { ShapeError } from "../errors.ts";
import { definePrimitive, type Primitive } from "../primitive.ts";
import { formatShape, sameShape, type Shape, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/** The sides of the result. */
export type ReshapeParams = { readonly shape: Shape };

/** y has the elements of x in the same row-major order. */
export const reshapeP: Primitive<[Tensor], [Tensor], ReshapeParams> = definePrimitive<
  [Tensor],
  [Tensor],
  ReshapeParams
>({
  name: "reshape",
  infer: ([x], { shape }) => {
    if (sizeOf(x.shape) !== sizeOf(shape)) {
      throw new ShapeError(
        `Cannot reshape ${formatShape(x.shape)} to ${formatShape(shape)}: ` +
          `${sizeOf(x.shape)} elements are not ${sizeOf(shape)}`,
        "reshape",
        [x.shape, shape],
      );
    }
    return [{ shape, dtype: x.dtype }];
  },
  evaluate: ([x]) => [x.data],
  jvp: (x, [dx], params) => [bind(reshapeP, x, params), dx ? bind(reshapeP, [dx], params) : [null]],
  transpose: ([ct], [x]) => [ct && reshape(ct, x.aval.shape)],
  batch: (x, _batched, { shape }, size) => bind(reshapeP, x, { shape: [size, ...shape] }),
});

/** `x` with other sides; one of them may be -1, which is what remains. */
export function reshape(x: Tensor, shape: Shape): Tensor {
  const full = fillIn(x.shape, shape);
  return sameShape(x.shape, full) ? x : bind(reshapeP, [x], { shape: full })[0];
}

function fillIn(from: Shape, shape: Shape): Shape {
  const open = shape.indexOf(-1);
  if (open < 0) return shape;
  const rest = sizeOf(shape.filter((_, i) => i !== open));
  if (rest === 0 || sizeOf(from) % rest !== 0) {
    throw new ShapeError(
      `Cannot reshape ${formatShape(from)} to ${formatShape(shape)}: ${
        sizeOf(from)
      } elements are ` +
        `no multiple of ${rest}`,
      "reshape",
      [from, shape],
    );
  }
  return shape.map((side, i) => i === open ? sizeOf(from) / rest : side);
}
