import { type DType, isFloat } from "../dtype.ts";
import { convert } from "../primitives/convert.ts";
import type { Tensor } from "../tensor.ts";

/** Half-precision types are storage: several steps in a row are computed in f32 and rounded once. */
export function inWide(x: Tensor, f: (x: Tensor) => Tensor): Tensor {
  const narrow = floatDtype(x.dtype);
  return convert(f(convert(x, wideDtype(narrow))), narrow);
}

/** The dtype of a float result: f32 for integers and bool. */
export function floatDtype(dtype: DType): DType {
  return isFloat(dtype) ? dtype : "f32";
}

function wideDtype(dtype: DType): DType {
  return dtype === "f16" || dtype === "bf16" ? "f32" : dtype;
}
