/** Widening and narrowing of f16 and bf16 bits in integer arithmetic, which no adapter flushes. */
export const HALF: Readonly<Record<string, string>> = {
  widen_f16: `fn widen_f16(bits: u32) -> f32 {
  let sign = (bits & 0x8000u) << 16u;
  let exponent = (bits >> 10u) & 31u;
  let fraction = bits & 0x3ffu;
  if (exponent == 31u) { return bitcast<f32>(sign | 0x7f800000u | (fraction << 13u)); }
  if (exponent == 0u) {
    return bitcast<f32>(sign | bitcast<u32>(f32(fraction) * 5.9604644775390625e-8f));
  }
  return bitcast<f32>(sign | ((exponent + 112u) << 23u) | (fraction << 13u));
}`,
  narrow_f16: `fn narrow_f16(x: f32) -> u32 {
  let bits = bitcast<u32>(x);
  let sign = (bits >> 16u) & 0x8000u;
  let size = bits & 0x7fffffffu;
  if (size > 0x7f800000u) { return sign | 0x7e00u; }
  if (size >= 0x47800000u) { return sign | 0x7c00u; }
  if (size < 0x33000000u) { return sign; }
  if (size < 0x38800000u) {
    let fraction = (size & 0x7fffffu) | 0x800000u;
    let by = 126u - (size >> 23u);
    let rest = fraction & ((1u << by) - 1u);
    let half = 1u << (by - 1u);
    let whole = fraction >> by;
    let up = rest > half || (rest == half && (whole & 1u) == 1u);
    return sign | (whole + select(0u, 1u, up));
  }
  return sign | ((size - 0x38000000u + 0xfffu + ((size >> 13u) & 1u)) >> 13u);
}`,
  // Conversion may round either way: what it is given fits.
  to_f16: `fn to_f16(x: f32) -> f16 { return f16(widen_f16(narrow_f16(x))); }`,
  widen_quad_f16: `fn widen_quad_f16(words: vec2<u32>) -> vec4<f32> {
  return vec4<f32>(
    widen_f16(words.x & 0xffffu),
    widen_f16(words.x >> 16u),
    widen_f16(words.y & 0xffffu),
    widen_f16(words.y >> 16u),
  );
}`,
  // Where halves are a type, the device widens them itself.
  unpack_quad_f16: `fn unpack_quad_f16(words: vec2<u32>) -> vec4<f32> {
  return vec4<f32>(unpack2x16float(words.x), unpack2x16float(words.y));
}`,
  widen_quad_bf16: `fn widen_quad_bf16(words: vec2<u32>) -> vec4<f32> {
  let low = words << vec2<u32>(16u);
  let high = words & vec2<u32>(0xffff0000u);
  return bitcast<vec4<f32>>(vec4<u32>(low.x, high.x, low.y, high.y));
}`,
  widen_bf16: `fn widen_bf16(bits: u32) -> f32 { return bitcast<f32>(bits << 16u); }`,
  narrow_bf16: `fn narrow_bf16(x: f32) -> u32 {
  let bits = bitcast<u32>(x);
  if ((bits & 0x7fffffffu) > 0x7f800000u) { return 0x7fc0u; }
  return (bits + 0x7fffu + ((bits >> 16u) & 1u)) >> 16u;
}`,
};
