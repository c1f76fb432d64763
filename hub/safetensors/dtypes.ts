import type { DType } from "../../core/mod.ts";

/** Element types of the format, as files spell them. */
export type FileDType =
  | "U64"
  | "I64"
  | "F64"
  | "C64"
  | "F32"
  | "U32"
  | "I32"
  | "BF16"
  | "F16"
  | "U16"
  | "I16"
  | "F8_E5M2FNUZ"
  | "F8_E4M3FNUZ"
  | "F8_E8M0"
  | "F8_E4M3"
  | "F8_E5M2"
  | "I8"
  | "U8"
  | "F6_E3M2"
  | "F6_E2M3"
  | "F4"
  | "BOOL";

/**
 * Bits of an element, in the order in which the Python library lays tensors out: wide ones first, so
 * that every tensor is aligned to its own element.
 */
export const FILE_BITS: Readonly<Record<FileDType, number>> = {
  U64: 64,
  I64: 64,
  F64: 64,
  C64: 64,
  F32: 32,
  U32: 32,
  I32: 32,
  BF16: 16,
  F16: 16,
  U16: 16,
  I16: 16,
  F8_E5M2FNUZ: 8,
  F8_E4M3FNUZ: 8,
  F8_E8M0: 8,
  F8_E4M3: 8,
  F8_E5M2: 8,
  I8: 8,
  U8: 8,
  F6_E3M2: 6,
  F6_E2M3: 6,
  F4: 4,
  BOOL: 8,
};

/** Every file dtype, in the order of the layout. */
export const FILE_DTYPES: readonly FileDType[] = Object.keys(FILE_BITS) as FileDType[];

/** What each dtype is written as unless another is asked for. */
export const FILE_DTYPE_OF: Readonly<Record<DType, FileDType>> = {
  f64: "F64",
  f32: "F32",
  f16: "F16",
  bf16: "BF16",
  i32: "I32",
  u32: "U32",
  i16: "I16",
  u16: "U16",
  i8: "I8",
  u8: "U8",
  bool: "BOOL",
};

/** What each file dtype is read as; a dtype that is missing here cannot be read. */
export const DTYPE_OF: Readonly<Partial<Record<FileDType, DType>>> = {
  U64: "u32",
  I64: "i32",
  F64: "f64",
  F32: "f32",
  U32: "u32",
  I32: "i32",
  BF16: "bf16",
  F16: "f16",
  I16: "i16",
  U16: "u16",
  I8: "i8",
  U8: "u8",
  BOOL: "bool",
};

/** Whether `name` is a dtype of the format. */
export function isFileDType(name: unknown): name is FileDType {
  return typeof name === "string" && Object.hasOwn(FILE_BITS, name);
}
