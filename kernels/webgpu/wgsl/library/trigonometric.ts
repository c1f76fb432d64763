/**
 * Sine and cosine. The angle is reduced in integers (Payne and Hanek): x · 2/π modulo 4 from the 96
 * bits of 2/π that matter for the exponent of x, so that every f32 comes out right.
 */
export const TRIGONOMETRIC: Readonly<Record<string, string>> = {
  multiply_wide: `fn multiply_wide(x: u32, y: u32) -> vec2<u32> { // high and low word
  let a = x >> 16u; let b = x & 0xffffu; let c = y >> 16u; let d = y & 0xffffu;
  let low = b * d;
  let middle = a * d + (low >> 16u);
  let other = b * c + (middle & 0xffffu);
  return vec2<u32>(a * c + (middle >> 16u) + (other >> 16u), (other << 16u) | (low & 0xffffu));
}`,
  reduce_angle: `struct Angle { turns: u32, rest: f32 }
fn reduce_angle(x: f32) -> Angle { // |x| = turns · π/2 + rest, for finite x from π/4 on
  let bits = bitcast<u32>(x) & 0x7fffffffu;
  var two_over_pi = array<u32, 8>(0u, 0xA2F9836Eu, 0x4E441529u, 0xFC2757D1u,
    0xF534DDC0u, 0xDB629599u, 0x3C439041u, 0xFE5163ABu);
  let position = (bits >> 23u) - 120u;
  let first = position / 32u;
  let by = position % 32u;
  var w0 = two_over_pi[first];
  var w1 = two_over_pi[first + 1u];
  var w2 = two_over_pi[first + 2u];
  if (by > 0u) {
    w0 = (w0 << by) | (w1 >> (32u - by));
    w1 = (w1 << by) | (w2 >> (32u - by));
    w2 = (w2 << by) | (two_over_pi[min(first + 3u, 7u)] >> (32u - by));
  }
  let m = (bits & 0x7fffffu) | 0x800000u;
  let low = multiply_wide(m, w2);
  let middle = multiply_wide(m, w1);
  let p1 = middle.y + low.x;
  let p0 = m * w0 + middle.x + select(0u, 1u, p1 < low.x);
  var turns = p0 >> 30u;
  var high = (p0 << 2u) | (p1 >> 30u);
  var rest = (p1 << 2u) | (low.y >> 30u);
  var sign = 1.0f;
  if (high >= 0x80000000u) {
    turns = turns + 1u;
    sign = -1.0f;
    high = ~high;
    rest = 0u - rest;
    if (rest == 0u) { high = high + 1u; }
  }
  let fraction = f32(high) * 2.3283064365386963e-10f + f32(rest) * 5.421010862427522e-20f;
  return Angle(turns, sign * fraction * 1.57079632679489661923f);
}`,
  sine_of_quadrant: `fn sine_of_quadrant(x: f32, quadrants: u32) -> f32 {
  if (!is_finite(x)) { return nan(); }
  var angle = Angle(0u, x);
  let is_large = magnitude(x) >= 0.785398163f;
  if (is_large) {
    angle = reduce_angle(x);
    if (x < 0.0f) { angle = Angle(0u - angle.turns, -angle.rest); }
  }
  let quadrant = angle.turns + quadrants;
  let r = angle.rest;
  let z = r * r;
  var y = 0.0f;
  if ((quadrant & 1u) == 0u) {
    let s = fma(fma(-1.9515295891e-4f, z, 8.3321608736e-3f), z, -1.6666654611e-1f);
    y = fma(z * r, s, r);
  } else {
    let c = fma(fma(2.443315711809948e-5f, z, -1.388731625493765e-3f), z, 4.166664568298827e-2f);
    y = fma(z * z, c, fma(z, -0.5f, 1.0f));
  }
  return select(y, negate(y), (quadrant & 2u) != 0u);
}`,
  sin_of: `fn sin_of(x: f32) -> f32 { return sine_of_quadrant(x, 0u); }`,
  cos_of: `fn cos_of(x: f32) -> f32 { return sine_of_quadrant(x, 1u); }`,
};
