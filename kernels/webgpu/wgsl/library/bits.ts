/**
 * Functions of bits. WGSL lets an implementation assume that there is no NaN and no infinity, so
 * both are told by their bits, and hidden from constant folding behind variables.
 */
export const BITS: Readonly<Record<string, string>> = {
  nan: `fn nan() -> f32 { var bits = 0x7fc00000u; return bitcast<f32>(bits); }`,
  infinity: `fn infinity() -> f32 { var bits = 0x7f800000u; return bitcast<f32>(bits); }`,
  negative_zero: `fn negative_zero() -> f32 { var bits = 0x80000000u; return bitcast<f32>(bits); }`,
  is_nan: `fn is_nan(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }`,
  is_finite: `fn is_finite(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7fffffffu) < 0x7f800000u;
}`,
  // Drivers may simplify (x + y) - x to y, which breaks sums that make up for what was rounded off: a
  // comparison with a NaN that nothing computes keeps them from seeing through.
  rounded: `fn rounded(x: f32) -> f32 {
  return select(x, 0.0f, bitcast<u32>(x) == 0x7fc12345u);
}`,
  max_float: `fn max_float(x: f32, y: f32) -> f32 {
  if (is_nan(x)) { return x; }
  if (is_nan(y)) { return y; }
  if (x == y) { return bitcast<f32>(bitcast<u32>(x) & bitcast<u32>(y)); }
  return select(y, x, x > y);
}`,
  min_float: `fn min_float(x: f32, y: f32) -> f32 {
  if (is_nan(x)) { return x; }
  if (is_nan(y)) { return y; }
  if (x == y) { return bitcast<f32>(bitcast<u32>(x) | bitcast<u32>(y)); }
  return select(y, x, x < y);
}`,
  // Floats as numbers that are ordered alike; NaN comes last, or first, and both turn back into it.
  max_key: `fn max_key(x: f32) -> u32 {
  let bits = bitcast<u32>(x);
  if (is_nan(x)) { return 0xffffffffu; }
  return select(bits | 0x80000000u, ~bits, (bits & 0x80000000u) != 0u);
}`,
  min_key: `fn min_key(x: f32) -> u32 { return select(max_key(x), 0u, is_nan(x)); }`,
  from_key: `fn from_key(key: u32) -> f32 {
  return bitcast<f32>(select(~key, key & 0x7fffffffu, (key & 0x80000000u) != 0u));
}`,
  negate: `fn negate(x: f32) -> f32 { return bitcast<f32>(bitcast<u32>(x) ^ 0x80000000u); }`,
  magnitude: `fn magnitude(x: f32) -> f32 { return bitcast<f32>(bitcast<u32>(x) & 0x7fffffffu); }`,
  with_sign: `fn with_sign(positive: f32, x: f32) -> f32 {
  return bitcast<f32>(bitcast<u32>(positive) | (bitcast<u32>(x) & 0x80000000u));
}`,
  sign_float: `fn sign_float(x: f32) -> f32 {
  if (is_nan(x) || x == 0.0f) { return x; }
  return with_sign(1.0f, x);
}`,
  to_i32: `fn to_i32(x: f32) -> i32 {
  if (is_nan(x)) { return 0i; }
  if (x >= 2147483648.0f) { return 2147483647i; }
  if (x <= -2147483648.0f) { return i32(-2147483648); }
  return i32(x);
}`,
  to_u32: `fn to_u32(x: f32) -> u32 {
  if (is_nan(x) || x <= 0.0f) { return 0u; }
  if (x >= 4294967296.0f) { return 4294967295u; }
  return u32(x);
}`,
  divide_i32: `fn divide_i32(x: i32, y: i32) -> i32 {
  if (y == 0i) { return -1i; }
  if (y == -1i) { return bitcast<i32>(0u - bitcast<u32>(x)); }
  return x / y;
}`,
  divide_u32: `fn divide_u32(x: u32, y: u32) -> u32 {
  if (y == 0u) { return 4294967295u; }
  return x / y;
}`,
  shift_left: `fn shift_left(x: u32, by: u32, width: u32) -> u32 {
  return select(0u, x << (by & 31u), by < width);
}`,
  shift_right: `fn shift_right(x: u32, by: u32, width: u32) -> u32 {
  return select(0u, x >> (by & 31u), by < width);
}`,
  shift_signed: `fn shift_signed(x: i32, by: u32, width: u32) -> i32 {
  return x >> min(by, width - 1u);
}`,
};
