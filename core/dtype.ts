import { UnsupportedError } from "./errors.ts";

/**
 * Element types. f16 and bf16 are storage types; f64 exists in the reference backend only; i16 and
 * u16 have no kernels, so they are computed with on the host.
 */
export type DType =
  | "f64"
  | "f32"
  | "f16"
  | "bf16"
  | "i32"
  | "u32"
  | "i16"
  | "u16"
  | "i8"
  | "u8"
  | "bool";

/** Every dtype, widest first. */
export const DTYPES: readonly DType[] = [
  "f64",
  "f32",
  "f16",
  "bf16",
  "i32",
  "u32",
  "i16",
  "u16",
  "i8",
  "u8",
  "bool",
];

/** How a dtype lies in memory: f16 and bf16 as their bits, bool as one byte that is 0 or 1. */
export type StorageArray =
  | Float64Array<ArrayBufferLike>
  | Float32Array<ArrayBufferLike>
  | Int16Array<ArrayBufferLike>
  | Uint16Array<ArrayBufferLike>
  | Int32Array<ArrayBufferLike>
  | Uint32Array<ArrayBufferLike>
  | Int8Array<ArrayBufferLike>
  | Uint8Array<ArrayBufferLike>;

const BYTES: Record<DType, number> = {
  f64: 8,
  f32: 4,
  f16: 2,
  bf16: 2,
  i32: 4,
  u32: 4,
  i16: 2,
  u16: 2,
  i8: 1,
  u8: 1,
  bool: 1,
};

/** Bytes of one element in storage. */
export function bytesOf(dtype: DType): number {
  return BYTES[dtype];
}

/** Whether `dtype` is a floating type. */
export function isFloat(dtype: DType): boolean {
  return dtype === "f32" || dtype === "f16" || dtype === "bf16" || dtype === "f64";
}

/** Whether `dtype` is an integer type; bool is none. */
export function isInteger(dtype: DType): boolean {
  return !isFloat(dtype) && dtype !== "bool";
}

/**
 * The dtype that an operation on both gives: JAX's lattice with 64-bit types disabled.
 *
 * A float wins over an integer; f16 with bf16 gives f32; of integers the wider one wins, but where that
 * does not hold the other it is the next signed type, at most i32; f64, which JAX would have to be
 * asked for, wins over everything.
 */
export function promoteTypes(a: DType, b: DType): DType {
  if (a === b || b === "bool") return a;
  if (a === "bool") return b;
  if (isFloat(a) !== isFloat(b)) return isFloat(a) ? a : b;
  if (isFloat(a)) return a === "f64" || b === "f64" ? "f64" : "f32";
  return promoteIntegers(a, b);
}

function promoteIntegers(a: DType, b: DType): DType {
  const [wide, narrow] = BYTES[a] >= BYTES[b] ? [a, b] : [b, a];
  const holds = BYTES[wide] > BYTES[narrow]
    ? isSigned(wide) || !isSigned(narrow)
    : isSigned(wide) === isSigned(narrow);
  if (holds) return wide;
  return BYTES[wide] === 1 ? "i16" : "i32";
}

function isSigned(dtype: DType): boolean {
  return dtype === "i32" || dtype === "i16" || dtype === "i8";
}

/** The least and the greatest value of an integer type; of bool 0 and 1. */
export function integerRange(dtype: DType): readonly [least: number, greatest: number] {
  if (dtype === "bool") return [0, 1];
  const bits = 8 * BYTES[dtype];
  return isSigned(dtype) ? [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1] : [0, 2 ** bits - 1];
}

/** The dtype of a number beside a tensor: numbers are weak and never widen a float. */
export function promoteNumber(dtype: DType, value: number): DType {
  if (isFloat(dtype)) return dtype;
  if (!Number.isInteger(value)) return "f32";
  return dtype === "bool" ? "i32" : dtype;
}

/** Zero-filled storage for `length` elements of `dtype`. */
export function allocate(dtype: DType, length: number): StorageArray {
  switch (dtype) {
    case "f64":
      return new Float64Array(length);
    case "f32":
      return new Float32Array(length);
    case "f16":
    case "bf16":
      return new Uint16Array(length);
    case "i32":
      return new Int32Array(length);
    case "u32":
      return new Uint32Array(length);
    case "i16":
      return new Int16Array(length);
    case "u16":
      return new Uint16Array(length);
    case "i8":
      return new Int8Array(length);
    case "u8":
    case "bool":
      return new Uint8Array(length);
  }
}

/** A view of `length` elements of `dtype` in `buffer`, from byte `offset`. */
export function storageView(
  dtype: DType,
  buffer: ArrayBufferLike,
  offset: number,
  length: number,
): StorageArray {
  switch (dtype) {
    case "f64":
      return new Float64Array(buffer, offset, length);
    case "f32":
      return new Float32Array(buffer, offset, length);
    case "f16":
    case "bf16":
      return new Uint16Array(buffer, offset, length);
    case "i32":
      return new Int32Array(buffer, offset, length);
    case "u32":
      return new Uint32Array(buffer, offset, length);
    case "i16":
      return new Int16Array(buffer, offset, length);
    case "u16":
      return new Uint16Array(buffer, offset, length);
    case "i8":
      return new Int8Array(buffer, offset, length);
    case "u8":
    case "bool":
      return new Uint8Array(buffer, offset, length);
  }
}

/** Throws for f64, which only the reference backend has. */
export function refuseF64(dtype: DType, backend: string): void {
  if (dtype === "f64") {
    throw new UnsupportedError(
      `Cannot use f64 on the ${backend} backend: only the reference backend has it; ` +
        `convert to f32 or call setDevice("reference")`,
    );
  }
}
