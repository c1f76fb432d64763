import type { Vectors } from "./vectors.ts";

/** Transcendental functions as vector code: from the local of x to the local of f(x). */
export type MathFunction = (v: Vectors, x: number) => number;

/** Horner's rule: coefficients from the highest power down. */
export function polynomial(v: Vectors, x: number, coefficients: readonly number[]): number {
  return coefficients.slice(1).reduce(
    (sum, c) => v.madd(sum, x, v.f32(c)),
    v.f32(coefficients[0]!),
  );
}

/**
 * min(max(x, low), high); NaN stays. One instruction each: pmin and pmax return their first operand
 * when a comparison with NaN fails, while min and max take eight to look at both operands.
 */
export function clamp(v: Vectors, x: number, low: number, high: number): number {
  return v.apply("f32x4.pmax", v.apply("f32x4.pmin", x, v.f32(high)), v.f32(low));
}

/**
 * eˣ = 2ⁿ eʳ with n = round(x / ln 2): Cephes expf. 2ⁿ is applied in two halves, so that the result
 * runs through the denormals down to 0 and up to infinity.
 */
export function exp(v: Vectors, x: number): number {
  const a = clamp(v, x, -104.5, 89);
  const magic = v.f32(12582912); // 1.5 · 2²³: adding it rounds to an integer in the low bits
  const shifted = v.apply("f32x4.add", v.apply("f32x4.mul", a, v.f32(1.44269504088896341)), magic);
  const n = v.apply("f32x4.sub", shifted, magic);
  const r = v.nmadd(n, v.f32(-2.12194440e-4), v.nmadd(n, v.f32(0.693359375), a));
  const p = polynomial(v, r, [
    1.9875691500e-4,
    1.3981999507e-3,
    8.3334519073e-3,
    4.1665795894e-2,
    1.6666665459e-1,
    5.0000001201e-1,
  ]);
  const mantissa = v.apply(
    "f32x4.add",
    v.madd(v.apply("f32x4.mul", r, r), p, r),
    v.f32(1),
  );
  const whole = v.apply("i32x4.sub", shifted, magic);
  const half = v.shift("i32x4.shr_s", whole, 1);
  const rest = v.apply("i32x4.sub", whole, half);
  return v.apply(
    "f32x4.mul",
    v.apply("f32x4.mul", mantissa, powerOfTwo(v, half)),
    powerOfTwo(v, rest),
  );
}

/** 2ⁿ for integers n from -126 to 127. */
function powerOfTwo(v: Vectors, n: number): number {
  return v.shift("i32x4.shl", v.apply("i32x4.add", n, v.i32(127)), 23);
}

/** ln x: Cephes logf; denormals are scaled first, and 0, negatives, infinity and NaN put right. */
export function log(v: Vectors, x: number): number {
  const tiny = v.apply("f32x4.lt", x, v.f32(2 ** -126));
  const scaled = v.select(tiny, v.apply("f32x4.mul", x, v.f32(2 ** 23)), x);
  const bias = v.select(tiny, v.i32(126 + 23), v.i32(126));
  const exponent = v.apply("i32x4.sub", v.shift("i32x4.shr_u", scaled, 23), bias);
  const fraction = v.apply(
    "v128.or",
    v.apply("v128.and", scaled, v.i32(0x807fffff)),
    v.i32(0x3f000000),
  );
  const low = v.apply("f32x4.lt", fraction, v.f32(Math.SQRT1_2)); // then use 2 · fraction
  const e = v.apply("f32x4.convert_i32x4_s", v.apply("i32x4.add", exponent, low));
  const doubled = v.apply("f32x4.add", fraction, v.apply("v128.and", fraction, low));
  const r = v.apply("f32x4.sub", doubled, v.f32(1));
  const square = v.apply("f32x4.mul", r, r);
  const p = polynomial(v, r, [
    7.0376836292e-2,
    -1.1514610310e-1,
    1.1676998740e-1,
    -1.2420140846e-1,
    1.4249322787e-1,
    -1.6668057665e-1,
    2.0000714765e-1,
    -2.4999993993e-1,
    3.3333331174e-1,
  ]);
  const cubic = v.apply("f32x4.mul", v.apply("f32x4.mul", p, square), r);
  const small = v.madd(square, v.f32(-0.5), v.madd(e, v.f32(-2.12194440e-4), cubic));
  // The product is exact, and what its sum with r rounds off is added with the small terms.
  const whole = v.apply("f32x4.mul", e, v.f32(0.693359375));
  const sum = v.apply("f32x4.add", whole, r);
  const lost = v.apply("f32x4.sub", r, v.apply("f32x4.sub", sum, whole));
  const y = v.apply("f32x4.add", sum, v.apply("f32x4.add", lost, small));
  const ordinary = v.apply(
    "v128.and",
    v.apply("f32x4.gt", x, v.f32(0)),
    v.apply("f32x4.lt", x, v.f32(Infinity)),
  );
  const zero = v.apply("f32x4.eq", x, v.f32(0));
  // √x is infinity at infinity, NaN below 0 and at NaN.
  const special = v.select(zero, v.f32(-Infinity), v.apply("f32x4.sqrt", x));
  return v.select(ordinary, y, special);
}

/** ln(1 + x) = ln(u) · x / (u - 1) with u = 1 + x rounded: the error of u cancels (Kahan). */
export function log1p(v: Vectors, x: number): number {
  const u = v.apply("f32x4.add", x, v.f32(1));
  const ratio = v.apply("f32x4.div", x, v.apply("f32x4.sub", u, v.f32(1)));
  const y = v.apply("f32x4.mul", log(v, u), ratio);
  const exact = v.apply(
    "v128.or",
    v.apply("f32x4.eq", u, v.f32(1)),
    v.apply("f32x4.eq", u, v.f32(Infinity)),
  );
  return v.select(exact, x, y);
}

/** eˣ - 1 = (u - 1) · x / ln(u) with u = eˣ rounded (Kahan). */
export function expm1(v: Vectors, x: number): number {
  const u = exp(v, x);
  const less = v.apply("f32x4.sub", u, v.f32(1));
  const y = v.apply("f32x4.mul", less, v.apply("f32x4.div", x, log(v, u)));
  const infinite = v.apply("f32x4.eq", u, v.f32(Infinity));
  const far = v.apply("v128.or", infinite, v.apply("f32x4.eq", less, v.f32(-1)));
  return v.select(v.apply("f32x4.eq", u, v.f32(1)), x, v.select(far, less, y));
}

/**
 * tanh as a rational function of degrees 13 and 6: Eigen's, which XLA uses too. It is good up to 7.9;
 * beyond, the result is one of the last few numbers below 1, then 1.
 */
export function tanh(v: Vectors, x: number): number {
  const a = clamp(v, x, -7.90531110763549805, 7.90531110763549805);
  const square = v.apply("f32x4.mul", a, a);
  const p = polynomial(v, square, [
    -2.76076847742355e-16,
    2.00018790482477e-13,
    -8.60467152213735e-11,
    5.12229709037114e-08,
    1.48572235717979e-05,
    6.37261928875436e-04,
    4.89352455891786e-03,
  ]);
  const q = polynomial(v, square, [
    1.19825839466702e-06,
    1.18534705686654e-04,
    2.26843463243900e-03,
    4.89352518554385e-03,
  ]);
  const y = v.apply("f32x4.mul", a, v.apply("f32x4.div", p, q));
  const size = v.apply("f32x4.abs", x);
  const far = v.apply("f32x4.ge", size, v.f32(8.038));
  const farther = v.apply("f32x4.ge", size, v.f32(9.011));
  const limit = v.select(farther, v.f32(1), v.f32(1 - 2 ** -23));
  return v.select(far, withSign(v, limit, x), y);
}

/** A positive number with the sign of x. */
function withSign(v: Vectors, positive: number, x: number): number {
  return v.apply("v128.or", positive, v.apply("v128.and", x, v.i32(0x80000000)));
}

/** erf as a rational function of degrees 13 and 8: Eigen's. */
export function erf(v: Vectors, x: number): number {
  const a = clamp(v, x, -4, 4);
  const square = v.apply("f32x4.mul", a, a);
  const p = polynomial(v, square, [
    -2.72614225801306e-10,
    2.77068142495902e-08,
    -2.10102402082508e-06,
    -5.69250639462346e-05,
    -7.34990630326855e-04,
    -2.95459980854025e-03,
    -1.60960333262415e-02,
  ]);
  const q = polynomial(v, square, [
    -1.45660718464996e-05,
    -2.13374055278905e-04,
    -1.68282697438203e-03,
    -7.37332916720468e-03,
    -1.42647390514189e-02,
  ]);
  return v.apply("f32x4.mul", a, v.apply("f32x4.div", p, q));
}

/**
 * erf⁻¹ x = x · p(w) with w = -ln(1 - x²): Giles' two polynomials, the second in √w for the tails;
 * near 0 the power series, ±∞ at ±1 and NaN beyond.
 */
export function erfInv(v: Vectors, x: number): number {
  const one = v.f32(1);
  const rest = v.apply(
    "f32x4.mul",
    v.apply("f32x4.sub", one, x),
    v.apply("f32x4.add", one, x),
  );
  const w = v.apply("f32x4.neg", log(v, rest));
  const center = polynomial(v, v.apply("f32x4.sub", w, v.f32(2.5)), [
    2.81022636e-08,
    3.43273939e-07,
    -3.5233877e-06,
    -4.39150654e-06,
    2.1858087e-04,
    -1.25372503e-03,
    -4.17768164e-03,
    2.46640727e-01,
    1.50140941,
  ]);
  const tail = polynomial(v, v.apply("f32x4.sub", v.apply("f32x4.sqrt", w), v.f32(3)), [
    -2.00214257e-04,
    1.00950558e-04,
    1.34934322e-03,
    -3.67342844e-03,
    5.73950773e-03,
    -7.6224613e-03,
    9.43887047e-03,
    1.00167406,
    2.83297682,
  ]);
  const series = polynomial(v, v.apply("f32x4.mul", x, x), [
    6.49596177e-02,
    8.65521293e-02,
    1.27556175e-01,
    2.32013667e-01,
    8.86226925e-01,
  ]);
  const size = v.apply("f32x4.abs", x);
  const p = v.select(v.apply("f32x4.lt", w, v.f32(5)), center, tail);
  const inner = v.select(v.apply("f32x4.lt", size, v.f32(0.25)), series, p);
  const end = v.apply("f32x4.eq", size, one);
  return v.apply("f32x4.mul", x, v.select(end, v.f32(Infinity), inner));
}

/** 1 / (1 + e⁻ˣ), for negative x as eˣ / (1 + eˣ), which does not overflow. */
export function logistic(v: Vectors, x: number): number {
  const e = exp(v, v.apply("f32x4.neg", v.apply("f32x4.abs", x)));
  const negative = v.apply("f32x4.lt", x, v.f32(0));
  const numerator = v.select(negative, e, v.f32(1));
  return v.apply("f32x4.div", numerator, v.apply("f32x4.add", e, v.f32(1)));
}
