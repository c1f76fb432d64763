import type { Vectors } from "./vectors.ts";

/** Transcendental functions as vector code: from the local of x to the local of f(x). */
export type MathFunction = (v: Vectors, x: number) => number;

/** Horner's rule: coefficients from the highest power down. */
function polynomial(v: Vectors, x: number, coefficients: readonly number[]): number {
  return coefficients.slice(1).reduce(
    (sum, c) => v.madd(sum, x, v.f32(c)),
    v.f32(coefficients[0]!),
  );
}

/** min(max(x, -limit), limit); NaN stays. */
function clamp(v: Vectors, x: number, low: number, high: number): number {
  return v.apply("f32x4.max", v.apply("f32x4.min", x, v.f32(high)), v.f32(low));
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
  const y = v.madd(e, v.f32(0.693359375), v.apply("f32x4.add", r, small));
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

/** tanh as a rational function of degrees 13 and 6: Eigen's, which XLA uses too. */
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
  return v.apply("f32x4.mul", a, v.apply("f32x4.div", p, q));
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

/** 1 / (1 + e⁻ˣ), for negative x as eˣ / (1 + eˣ), which does not overflow. */
export function logistic(v: Vectors, x: number): number {
  const e = exp(v, v.apply("f32x4.neg", v.apply("f32x4.abs", x)));
  const negative = v.apply("f32x4.lt", x, v.f32(0));
  const numerator = v.select(negative, e, v.f32(1));
  return v.apply("f32x4.div", numerator, v.apply("f32x4.add", e, v.f32(1)));
}

/** sin x. */
export function sin(v: Vectors, x: number): number {
  return sineOfQuadrant(v, x, 0);
}

/** cos x = sin(x + π/2). */
export function cos(v: Vectors, x: number): number {
  return sineOfQuadrant(v, x, 1);
}

/**
 * sin(x + quadrants · π/2). x is reduced by multiples of π/2 in f64, so |x| up to 10⁶ loses
 * nothing; beyond 10⁹ only the range of the result is right. Then Cephes' polynomials for
 * |r| <= π/4.
 */
function sineOfQuadrant(v: Vectors, x: number, quadrants: number): number {
  const low = reduced(v, v.apply("f64x2.promote_low_f32x4", x));
  const high = reduced(v, v.apply("f64x2.promote_low_f32x4", v.shuffle(x, x, [2, 3, 0, 1])));
  const r = clamp(v, v.shuffle(low.rest, high.rest, [0, 1, 4, 5]), -0.7854, 0.7854);
  const turns = v.shuffle(low.turns, high.turns, [0, 1, 4, 5]);
  const quadrant = v.apply("i32x4.add", turns, v.i32(quadrants));
  const z = v.apply("f32x4.mul", r, r);
  const s = polynomial(v, z, [-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1]);
  const sine = v.madd(v.apply("f32x4.mul", z, r), s, r);
  const c = polynomial(v, z, [2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2]);
  const cosine = v.madd(
    v.apply("f32x4.mul", z, z),
    c,
    v.nmadd(z, v.f32(0.5), v.f32(1)),
  );
  const odd = v.apply("i32x4.ne", v.apply("v128.and", quadrant, v.i32(1)), v.i32(0));
  const sign = v.shift("i32x4.shl", v.apply("v128.and", quadrant, v.i32(2)), 30);
  return v.apply("v128.xor", v.select(odd, cosine, sine), sign);
}

function reduced(v: Vectors, x: number): { rest: number; turns: number } {
  const q = v.apply("f64x2.nearest", v.apply("f64x2.mul", x, v.f64(2 / Math.PI)));
  // π/2 in two parts, the first of 33 bits: fdlibm's pio2_1 and pio2_1t.
  const near = v.apply("f64x2.sub", x, v.apply("f64x2.mul", q, v.f64(1.57079632673412561417)));
  const rest = v.apply(
    "f64x2.sub",
    near,
    v.apply("f64x2.mul", q, v.f64(6.07710050650619224932e-11)),
  );
  return {
    rest: v.apply("f32x4.demote_f64x2_zero", rest),
    turns: v.apply("i32x4.trunc_sat_f64x2_s_zero", q),
  };
}
