import { bind } from "../bind.ts";
import { bytesOf, type DType, storageView } from "../dtype.ts";
import { ShapeError } from "../errors.ts";
import { narrow, widen } from "../host.ts";
import { definePrimitive, type Primitive } from "../primitive.ts";
import { formatAval, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/** The dtype to read the bits as. */
export type BitcastParams = { readonly dtype: DType };

/** y has the bits of x, read as another dtype of the same width. */
export const bitcastP: Primitive<[Tensor], [Tensor], BitcastParams> = definePrimitive<
  [Tensor],
  [Tensor],
  BitcastParams
>({
  name: "bitcast_convert_type",
  infer: ([x], { dtype }) => {
    const fits = bytesOf(x.dtype) === bytesOf(dtype) && x.dtype !== "bool" && dtype !== "bool";
    if (!fits) {
      throw new ShapeError(
        `Cannot bitcast ${formatAval(x)} to ${dtype}: the widths differ or one is bool; ` +
          `use convert to change the value's dtype`,
        "bitcast_convert_type",
        [x.shape],
      );
    }
    return [{ shape: x.shape, dtype }];
  },
  evaluate: ([x], { dtype }) => {
    const storage = narrow(x.data, x.dtype);
    const view = storageView(dtype, storage.buffer, storage.byteOffset, sizeOf(x.shape));
    return [widen(view, { shape: x.shape, dtype }).data];
  },
  jvp: (x, _tangents, params) => [bind(bitcastP, x, params), [null]],
  batch: (x, _batched, params) => bind(bitcastP, x, params),
});

/** The bits of `x` read as another dtype of the same width. No derivative passes. */
export function bitcast(x: Tensor, dtype: DType): Tensor {
  return x.dtype === dtype ? x : bind(bitcastP, [x], { dtype })[0];
}
