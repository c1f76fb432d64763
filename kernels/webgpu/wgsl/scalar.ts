import type { DType } from "../../../core/mod.ts";

/**
 * How a dtype is computed with: floats as f32, integers as i32 or u32 (i8 and u8 sign- and
 * zero-extended), bool as bool.
 */
export type Register = "f32" | "i32" | "u32" | "bool";

/** The register type of a dtype. */
export function registerOf(dtype: DType): Register {
  switch (dtype) {
    case "f64":
    case "f32":
    case "f16":
    case "bf16":
      return "f32";
    case "i32":
    case "i16":
    case "i8":
      return "i32";
    case "u32":
    case "u16":
    case "u8":
      return "u32";
    case "bool":
      return "bool";
  }
}

/** A number as a WGSL expression. Infinities and NaN have no literals: functions give them. */
export function literal(number: number, register: Register): string {
  switch (register) {
    case "f32":
      return floatLiteral(Math.fround(number));
    case "i32":
      return number === -(2 ** 31) ? "i32(-2147483648)" : `${number | 0}i`;
    case "u32":
      return `${number >>> 0}u`;
    case "bool":
      return number ? "true" : "false";
  }
}

function floatLiteral(x: number): string {
  if (Number.isNaN(x)) return "nan()";
  if (!Number.isFinite(x)) return x > 0 ? "infinity()" : "-infinity()";
  if (Object.is(x, -0)) return "negative_zero()";
  return `${x}f`;
}

/** Integers brought back into the range of a narrow integer; others as they are. */
export function wrap(dtype: DType, x: string): string {
  if (dtype === "u8") return `(${x} & 255u)`;
  return dtype === "i8" ? `((${x} << 24u) >> 24u)` : x;
}
