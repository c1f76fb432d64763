import { bind } from "../bind.ts";
import type { DType } from "../dtype.ts";
import { definePrimitive, type Primitive } from "../primitive.ts";
import { normalizeAxis, type Shape, sizeOf, stridesOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/** Shape and dtype of the result, and the axis counted along. */
export type IotaParams = { readonly shape: Shape; readonly axis: number; readonly dtype: DType };

/** y[i] = i[axis]. */
export const iotaP: Primitive<[], [Tensor], IotaParams> = definePrimitive<[], [Tensor], IotaParams>(
  {
    name: "iota",
    infer: (_inputs, { shape, dtype }) => [{ shape, dtype }],
    evaluate: (_inputs, { shape, axis }) => {
      const stride = stridesOf(shape)[axis]!;
      const side = shape[axis]!;
      return [new Float64Array(sizeOf(shape)).map((_, i) => Math.floor(i / stride) % side)];
    },
  },
);

/**
 * The indices along one axis of a shape.
 *
 * @param shape shape of the result
 * @param options `axis`: the axis counted along, 0 by default; `dtype`: i32 by default
 */
export function iota(
  shape: Shape,
  options: { readonly axis?: number; readonly dtype?: DType } = {},
): Tensor {
  const axis = normalizeAxis(options.axis ?? 0, shape.length, "iota");
  return bind(iotaP, [], { shape, axis, dtype: options.dtype ?? "i32" })[0];
}
