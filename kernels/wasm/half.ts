import type { Vectors } from "./vectors.ts";

/** f32 values of f16 bits held in the low halves of the lanes. */
export function widenF16(v: Vectors, bits: number): number {
  const size = v.shift("i32x4.shl", v.apply("v128.and", bits, v.i32(0x7fff)), 13);
  const scaled = v.apply("f32x4.mul", size, v.f32(2 ** 112)); // moves the exponent's bias
  const exponent = v.apply("v128.and", bits, v.i32(0x7c00));
  const special = v.apply("i32x4.eq", exponent, v.i32(0x7c00)); // infinity or NaN
  const value = v.apply("v128.or", scaled, v.apply("v128.and", special, v.i32(0x7f800000)));
  return v.apply("v128.or", value, signOf(v, bits));
}

function signOf(v: Vectors, bits: number): number {
  return v.shift("i32x4.shl", v.apply("v128.and", bits, v.i32(0x8000)), 16);
}

/** Bits of the f16 nearest to f32 lanes, ties to even; NaN gives 0x7e00. */
export function narrowF16(v: Vectors, x: number): number {
  const sign = v.apply("v128.and", x, v.i32(0x80000000));
  const size = v.apply("v128.xor", x, sign);
  // Below 2⁻¹⁴ the addition of a magic number rounds to multiples of 2⁻²⁴.
  const magic = v.i32((127 - 15 + 23 - 10 + 1) << 23);
  const denormal = v.apply("i32x4.sub", v.apply("f32x4.add", size, magic), magic);
  const odd = v.apply("v128.and", v.shift("i32x4.shr_u", size, 13), v.i32(1));
  const biased = v.apply("i32x4.add", size, v.i32(((15 - 127) << 23) + 0xfff));
  const normal = v.shift("i32x4.shr_u", v.apply("i32x4.add", biased, odd), 13);
  const isTiny = v.apply("i32x4.lt_s", size, v.i32(113 << 23));
  const isHuge = v.apply("i32x4.ge_s", size, v.i32((127 + 16) << 23));
  const isNaN = v.apply("f32x4.ne", x, x);
  const huge = v.select(isNaN, v.i32(0x7e00), v.i32(0x7c00));
  const bits = v.select(isHuge, huge, v.select(isTiny, denormal, normal));
  return v.apply("v128.or", bits, v.shift("i32x4.shr_u", sign, 16));
}

/** f32 values of bf16 bits. */
export function widenBf16(v: Vectors, bits: number): number {
  return v.shift("i32x4.shl", bits, 16);
}

/** Bits of the bf16 nearest to f32 lanes, ties to even; NaN gives 0x7fc0. */
export function narrowBf16(v: Vectors, x: number): number {
  const odd = v.apply("v128.and", v.shift("i32x4.shr_u", x, 16), v.i32(1));
  const rounded = v.apply("i32x4.add", v.apply("i32x4.add", x, v.i32(0x7fff)), odd);
  const bits = v.shift("i32x4.shr_u", rounded, 16);
  return v.select(v.apply("f32x4.ne", x, x), v.i32(0x7fc0), bits);
}
