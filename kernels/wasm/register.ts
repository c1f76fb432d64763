import type { DType } from "../../core/mod.ts";
import { narrowBf16, narrowF16, widenBf16, widenF16 } from "./half.ts";
import type { Vectors } from "./vectors.ts";

/**
 * How a dtype is computed with: floats as f32 lanes, integers as i32 lanes (u32 as the same bits,
 * i8 and u8 sign- and zero-extended), bool as masks of all bits or none.
 */
export type Register = "float" | "signed" | "unsigned" | "mask";

/** The register type of a dtype. */
export function registerOf(dtype: DType): Register {
  switch (dtype) {
    case "f64":
    case "f32":
    case "f16":
    case "bf16":
      return "float";
    case "i32":
    case "i16":
    case "i8":
      return "signed";
    case "u32":
    case "u16":
    case "u8":
      return "unsigned";
    case "bool":
      return "mask";
  }
}

/** Integer lanes brought back into the range of a narrow integer; others as they are. */
export function wrap(v: Vectors, dtype: DType, x: number): number {
  if (dtype === "u8") return v.apply("v128.and", x, v.i32(255));
  if (dtype !== "i8") return x;
  return v.shift("i32x4.shr_s", v.shift("i32x4.shl", x, 24), 24);
}

/** Float lanes rounded to what the dtype can hold. */
export function roundFloat(v: Vectors, dtype: DType, x: number): number {
  if (dtype === "f16") return widenF16(v, narrowF16(v, x));
  if (dtype === "bf16") return widenBf16(v, narrowBf16(v, x));
  return x;
}

/** Lanes of 1 where the mask is set, else of 0. */
export function maskToInteger(v: Vectors, mask: number): number {
  return v.apply("v128.and", mask, v.i32(1));
}

/** The mask of the integer lanes that are not 0. */
export function integerToMask(v: Vectors, x: number): number {
  return v.apply("i32x4.ne", x, v.i32(0));
}

/** Conversion between dtypes: core's convert_element_type. */
export function convertLanes(v: Vectors, from: DType, to: DType, x: number): number {
  const source = registerOf(from);
  const target = registerOf(to);
  if (source === "float") return fromFloat(v, to, x);
  if (source === "mask") return fromMask(v, to, x);
  if (target === "mask") return integerToMask(v, x);
  if (target !== "float") return wrap(v, to, x);
  const signed = source === "signed";
  const f32 = v.apply(signed ? "f32x4.convert_i32x4_s" : "f32x4.convert_i32x4_u", x);
  return roundFloat(v, to, f32);
}

function fromFloat(v: Vectors, to: DType, x: number): number {
  switch (registerOf(to)) {
    case "float":
      return roundFloat(v, to, x);
    case "mask":
      return v.apply("f32x4.ne", x, v.f32(0));
    case "unsigned":
      return to === "u8"
        ? v.apply("i32x4.min_s", unsignedFloor(v, x), v.i32(255))
        : v.apply("i32x4.trunc_sat_f32x4_u", x);
    case "signed": {
      const y = v.apply("i32x4.trunc_sat_f32x4_s", x);
      if (to !== "i8") return y;
      return v.apply("i32x4.max_s", v.apply("i32x4.min_s", y, v.i32(127)), v.i32(-128));
    }
  }
}

function unsignedFloor(v: Vectors, x: number): number {
  return v.apply("i32x4.max_s", v.apply("i32x4.trunc_sat_f32x4_s", x), v.i32(0));
}

function fromMask(v: Vectors, to: DType, x: number): number {
  switch (registerOf(to)) {
    case "float":
      return v.apply("v128.and", x, v.f32(1));
    case "mask":
      return x;
    default:
      return maskToInteger(v, x);
  }
}
