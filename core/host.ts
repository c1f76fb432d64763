import { allocate, type DType, type StorageArray } from "./dtype.ts";
import { fromBf16, fromF16, toBf16, toF16 } from "./half.ts";
import type { Aval, Shape } from "./shape.ts";

/** A value on the host with every element widened to f64: what the primitives' `evaluate` works on. */
export type HostArray = {
  readonly data: Float64Array;
  readonly shape: Shape;
  readonly dtype: DType;
};

/** Storage to f64 values. */
export function widen(storage: StorageArray, aval: Aval): HostArray {
  const decode = aval.dtype === "f16" ? fromF16 : aval.dtype === "bf16" ? fromBf16 : null;
  const data = decode ? Float64Array.from(storage, decode) : Float64Array.from(storage);
  return { data, shape: aval.shape, dtype: aval.dtype };
}

/** f64 values to storage: floats round to nearest even, integers wrap, bool is whether not zero. */
export function narrow(data: ArrayLike<number>, dtype: DType): StorageArray {
  const storage = allocate(dtype, data.length);
  const encode = ENCODE[dtype];
  if (!encode) storage.set(data);
  else for (let i = 0; i < data.length; i++) storage[i] = encode(data[i]!);
  return storage;
}

/** f64 values rounded to what `dtype` can hold; `data` itself where nothing changes. */
export function roundTo(data: Float64Array, dtype: DType): Float64Array {
  const round = ROUND[dtype];
  return round ? data.map(round) : data;
}

// Typed arrays wrap modulo 2^n, also values beyond 2^53 that are still exact.
const ENCODE: Partial<Record<DType, (x: number) => number>> = {
  f16: toF16,
  bf16: toBf16,
  bool: (x) => x === 0 ? 0 : 1,
};

const ROUND: Partial<Record<DType, (x: number) => number>> = {
  f32: Math.fround,
  f16: (x) => fromF16(toF16(x)),
  bf16: (x) => fromBf16(toBf16(x)),
  i32: (x) => x | 0,
  u32: (x) => x >>> 0,
  i16: (x) => (x << 16) >> 16,
  u16: (x) => x & 0xffff,
  i8: (x) => (x << 24) >> 24,
  u8: (x) => x & 255,
  bool: (x) => x === 0 ? 0 : 1,
};
