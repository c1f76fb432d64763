import { bind } from "../bind.ts";
import { type DType, integerRange, isFloat, isInteger } from "../dtype.ts";
import { definePrimitive, type Primitive } from "../primitive.ts";
import type { Tensor } from "../tensor.ts";

/** The dtype of the result. */
export type ConvertParams = { readonly dtype: DType };

/**
 * y = x in another dtype. Floats round to nearest even; to an integer they are cut towards zero and
 * clamped to its range, NaN to 0; integers wrap; anything to bool is whether it is not zero.
 */
export const convertP: Primitive<[Tensor], [Tensor], ConvertParams> = definePrimitive<
  [Tensor],
  [Tensor],
  ConvertParams
>({
  name: "convert_element_type",
  infer: ([x], { dtype }) => [{ shape: x.shape, dtype }],
  evaluate: ([x], { dtype }) => {
    if (!isFloat(x.dtype) || !isInteger(dtype)) return [x.data];
    const [low, high] = integerRange(dtype);
    return [x.data.map((v) => v !== v ? 0 : Math.min(high, Math.max(low, Math.trunc(v))))];
  },
  jvp: ([x], [dx], { dtype }) => [
    [bind(convertP, [x], { dtype })[0]],
    [dx && isFloat(dtype) ? bind(convertP, [dx], { dtype })[0] : null],
  ],
  transpose: ([ct], [x]) => [ct && convert(ct, x.aval.dtype)],
  batch: (x, _batched, params) => bind(convertP, x, params),
});

/** `x` in another dtype; `x` itself if it has it. */
export function convert(x: Tensor, dtype: DType): Tensor {
  return x.dtype === dtype ? x : bind(convertP, [x], { dtype })[0];
}
