import type { DType } from "../../core/mod.ts";
import type { Value } from "../ir/types.ts";
import { type Expressions, makeValue } from "../ir/value.ts";

/** `value` in another dtype. */
export function convertValue(table: Expressions, value: Value, dtype: DType): Value {
  if (value.dtype === dtype) return value;
  return makeValue(table, "convert_element_type", dtype, [value], { params: PARAMS[dtype] });
}

// One object a dtype, because values compare parameters by identity.
const PARAMS: Readonly<Record<DType, { readonly dtype: DType }>> = {
  f64: { dtype: "f64" },
  f32: { dtype: "f32" },
  f16: { dtype: "f16" },
  bf16: { dtype: "bf16" },
  i32: { dtype: "i32" },
  u32: { dtype: "u32" },
  i16: { dtype: "i16" },
  u16: { dtype: "u16" },
  i8: { dtype: "i8" },
  u8: { dtype: "u8" },
  bool: { dtype: "bool" },
};
