import { bind } from "../bind.ts";
import { ShapeError } from "../errors.ts";
import type { HostArray } from "../host.ts";
import { definePrimitive, type Primitive } from "../primitive.ts";
import { formatAval, sizeOf, stridesOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/** The axis to search. */
export type ArgReduceParams = { readonly axis: number };

/** An index along an axis, which is dropped. */
export type ArgReducePrimitive = Primitive<[Tensor], [Tensor], ArgReduceParams>;

/** First index of the maximum along an axis, or of the first NaN. */
export const argmaxP: ArgReducePrimitive = argReduce("argmax", (x, best) => x > best);

/** First index of the minimum along an axis, or of the first NaN. */
export const argminP: ArgReducePrimitive = argReduce("argmin", (x, best) => x < best);

function argReduce(
  name: string,
  better: (x: number, best: number) => boolean,
): ArgReducePrimitive {
  const primitive: ArgReducePrimitive = definePrimitive<[Tensor], [Tensor], ArgReduceParams>({
    name,
    infer: ([x], { axis }) => {
      if (!x.shape[axis]) {
        throw new ShapeError(
          `Cannot ${name} ${formatAval(x)} along axis ${axis}: there are no elements; ` +
            `choose an axis that is not empty`,
          name,
          [x.shape],
        );
      }
      return [{ shape: x.shape.filter((_, i) => i !== axis), dtype: "i32" }];
    },
    evaluate: ([x], { axis }) => [indices(x, axis, better)],
    jvp: (x, _tangents, params) => [bind(primitive, x, params), [null]],
    batch: (x, _batched, { axis }) => bind(primitive, x, { axis: axis + 1 }),
  });
  return primitive;
}

function indices(
  x: HostArray,
  axis: number,
  better: (x: number, best: number) => boolean,
): Float64Array {
  const side = x.shape[axis]!;
  const stride = stridesOf(x.shape)[axis]!;
  return new Float64Array(sizeOf(x.shape) / side).map((_, i) => {
    const from = Math.floor(i / stride) * stride * side + i % stride;
    let at = 0;
    for (let j = 0; j < side; j++) {
      const value = x.data[from + j * stride]!;
      if (Number.isNaN(value)) return j;
      if (better(value, x.data[from + at * stride]!)) at = j;
    }
    return at;
  });
}
