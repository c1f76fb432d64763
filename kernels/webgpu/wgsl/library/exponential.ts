/**
 * Exponentials, logarithms and what is made of them: the polynomials of the CPU backend, so that all
 * devices agree. WGSL's own functions may be wrong by many units in the last place.
 */
export const EXPONENTIAL: Readonly<Record<string, string>> = {
  power_of_two: `fn power_of_two(n: i32) -> f32 { return bitcast<f32>((n + 127i) << 23u); }`,
  // eˣ = 2ⁿ eʳ; 2ⁿ in two halves, so that the result runs through the denormals.
  exp_of: `fn exp_of(x: f32) -> f32 {
  if (is_nan(x)) { return x; }
  if (x > 88.8f) { return infinity(); }
  let a = max(x, -104.5f);
  let n = round(a * 1.44269504088896341f);
  let r = fma(-n, -2.12194440e-4f, fma(-n, 0.693359375f, a));
  var p = 1.9875691500e-4f;
  p = fma(p, r, 1.3981999507e-3f);
  p = fma(p, r, 8.3334519073e-3f);
  p = fma(p, r, 4.1665795894e-2f);
  p = fma(p, r, 1.6666665459e-1f);
  p = fma(p, r, 5.0000001201e-1f);
  let mantissa = fma(r * r, p, r) + 1.0f;
  let whole = i32(n);
  let half = whole >> 1u;
  return mantissa * power_of_two(half) * power_of_two(whole - half);
}`,
  log_of: `fn log_of(x: f32) -> f32 {
  if (is_nan(x)) { return x; }
  if (x == 0.0f) { return -infinity(); }
  if (x < 0.0f) { return nan(); }
  var bits = bitcast<u32>(x);
  if (bits == 0x7f800000u) { return x; }
  var bias = 126i;
  if (bits < 0x800000u) { // a denormal, scaled in integers
    bits = bitcast<u32>(f32(bits));
    bias = 126i + 149i;
  }
  var e = i32(bits >> 23u) - bias;
  var fraction = bitcast<f32>((bits & 0x7fffffu) | 0x3f000000u);
  if (fraction < 0.70710678118654752440f) { e = e - 1i; fraction = fraction + fraction; }
  let r = fraction - 1.0f;
  let square = r * r;
  var p = 7.0376836292e-2f;
  p = fma(p, r, -1.1514610310e-1f);
  p = fma(p, r, 1.1676998740e-1f);
  p = fma(p, r, -1.2420140846e-1f);
  p = fma(p, r, 1.4249322787e-1f);
  p = fma(p, r, -1.6668057665e-1f);
  p = fma(p, r, 2.0000714765e-1f);
  p = fma(p, r, -2.4999993993e-1f);
  p = fma(p, r, 3.3333331174e-1f);
  let cubic = p * square * r;
  let small = fma(square, -0.5f, fma(f32(e), -2.12194440e-4f, cubic));
  let whole = f32(e) * 0.693359375f;
  let sum = rounded(whole + r);
  return sum + (r - rounded(sum - whole) + small);
}`,
  // Near 0 from s = x / (2 + x), for which ln(1 + x) = 2 artanh s = x - s · (x - 2 s² p(s²)).
  log1p_of: `fn log1p_of(x: f32) -> f32 {
  if (is_nan(x)) { return x; }
  if (x > 0.5f || x < -0.33f) { return log_of(x + 1.0f); }
  let s = x / (x + 2.0f);
  let z = s * s;
  var p = 9.09090909e-2f;
  p = fma(p, z, 1.11111111e-1f);
  p = fma(p, z, 1.42857143e-1f);
  p = fma(p, z, 2.0e-1f);
  p = fma(p, z, 3.33333333e-1f);
  return x - s * fma(-2.0f * z, p, x);
}`,
  expm1_of: `fn expm1_of(x: f32) -> f32 {
  let u = exp_of(x);
  if (u == 1.0f) { return x; }
  let less = u - 1.0f;
  if (!is_finite(u) || less == -1.0f) { return less; }
  return less * (x / log_of(u));
}`,
  tanh_of: `fn tanh_of(x: f32) -> f32 {
  if (is_nan(x)) { return x; }
  let size = magnitude(x);
  if (size >= 9.011f) { return with_sign(1.0f, x); }
  if (size >= 8.038f) { return with_sign(0.99999988079071044921875f, x); }
  let a = clamp(x, -7.90531110763549805f, 7.90531110763549805f);
  let square = a * a;
  var p = -2.76076847742355e-16f;
  p = fma(p, square, 2.00018790482477e-13f);
  p = fma(p, square, -8.60467152213735e-11f);
  p = fma(p, square, 5.12229709037114e-08f);
  p = fma(p, square, 1.48572235717979e-05f);
  p = fma(p, square, 6.37261928875436e-04f);
  p = fma(p, square, 4.89352455891786e-03f);
  var q = 1.19825839466702e-06f;
  q = fma(q, square, 1.18534705686654e-04f);
  q = fma(q, square, 2.26843463243900e-03f);
  q = fma(q, square, 4.89352518554385e-03f);
  return a * (p / q);
}`,
  logistic_of: `fn logistic_of(x: f32) -> f32 {
  if (is_nan(x)) { return x; }
  let e = exp_of(-magnitude(x));
  return select(1.0f, e, x < 0.0f) / (e + 1.0f);
}`,
};
