import { clamp, polynomial } from "./math.ts";
import type { VectorOp } from "./opcodes.ts";
import type { Vectors } from "./vectors.ts";

/** An angle as turns · π/2 + rest, with |rest| <= π/4; the locals of both. */
type Angle = { readonly turns: number; readonly rest: number };

/** sin x. */
export function sin(v: Vectors, x: number): number {
  return sineOfQuadrant(v, x, 0);
}

/** cos x = sin(x + π/2). */
export function cos(v: Vectors, x: number): number {
  return sineOfQuadrant(v, x, 1);
}

/** sin(x + quadrants · π/2): Cephes' polynomials on what is left of x by whole multiples of π/2. */
function sineOfQuadrant(v: Vectors, x: number, quadrants: number): number {
  const { turns, rest } = reduce(v, x);
  const r = clamp(v, rest, -0.7854, 0.7854);
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

/** x by multiples of π/2; the dear way only in vectors that have a large lane. */
function reduce(v: Vectors, x: number): Angle {
  const { turns, rest } = halves(v, x, reducedSmall);
  const large = v.apply("f32x4.ge", v.apply("f32x4.abs", x), v.f32(LARGE));
  v.fn.get(large).simd("v128.any_true").if(() => {
    const exact = halves(v, x, reducedLarge);
    v.fn.get(v.select(large, exact.turns, turns)).set(turns);
    v.fn.get(v.select(large, exact.rest, rest)).set(rest);
  });
  return { turns, rest };
}

/** Reduces the lower and the upper two lanes as f64 and puts the results together. */
function halves(v: Vectors, x: number, f: (v: Vectors, x: number) => Angle): Angle {
  const low = f(v, v.apply("f64x2.promote_low_f32x4", x));
  const high = f(v, v.apply("f64x2.promote_low_f32x4", v.shuffle(x, x, [2, 3, 0, 1])));
  return {
    turns: v.shuffle(low.turns, high.turns, [0, 1, 4, 5]),
    rest: v.shuffle(low.rest, high.rest, [0, 1, 4, 5]),
  };
}

// Up to here the product of the turns and 33 bits of π/2 is exact in f64.
const LARGE = 2 ** 20;

/** Cody and Waite: π/2 in two parts, the first of 33 bits (fdlibm's pio2_1 and pio2_1t). */
function reducedSmall(v: Vectors, x: number): Angle {
  const q = v.apply("f64x2.nearest", v.apply("f64x2.mul", x, v.f64(2 / Math.PI)));
  const near = v.apply("f64x2.sub", x, v.apply("f64x2.mul", q, v.f64(1.57079632673412561417)));
  const far = v.apply("f64x2.mul", q, v.f64(6.07710050650619224932e-11));
  return angle(v, q, v.apply("f64x2.sub", near, far));
}

// The first 240 bits of 2/π after the point.
const TWO_OVER_PI = 0xA2F9836E4E441529FC2757D1F534DDC0DB6295993C439041FE5163ABDEBBn;
const BITS = 240;

/** The scales 2ˢ that x is divided by, and the sizes of x from which on each is used. */
const SCALES = [[32, 2 ** 55], [64, 2 ** 87], [96, 2 ** 119]] as const;

/**
 * Payne and Hanek: x · 2/π modulo 4, as (x / 2ˢ) · (2ˢ · 2/π mod 4). x / 2ˢ is a whole number below
 * 2⁵⁵ of 24 bits, so its products with the first two parts of the factor, of 29 bits, are exact.
 */
function reducedLarge(v: Vectors, x: number): Angle {
  const f64 = (op: "add" | "sub" | "mul", a: number, b: number): number =>
    v.apply(`f64x2.${op}` as VectorOp, a, b);
  const size = v.apply("f64x2.abs", x);
  const choose = (valueAt: (scale: number) => number): number =>
    SCALES.reduce(
      (chosen, [scale, from]) =>
        v.select(v.apply("f64x2.ge", size, v.f64(from)), v.f64(valueAt(scale)), chosen),
      v.f64(valueAt(0)),
    );
  const whole = f64("mul", x, choose((scale) => 2 ** -scale));
  const [first, second, third] = [27, 56, 109].map((last, i) =>
    f64("mul", whole, choose((scale) => part(scale, last, i < 2 ? 29 : 53)))
  );
  const modulo4 = (a: number): number =>
    f64("sub", a, f64("mul", v.apply("f64x2.nearest", f64("mul", a, v.f64(0.25))), v.f64(4)));
  const [a, b] = [modulo4(first!), modulo4(second!)];
  const q = v.apply("f64x2.nearest", f64("add", f64("add", a, b), third!));
  const fraction = f64("add", f64("add", f64("sub", a, q), b), third!);
  return angle(v, q, f64("mul", fraction, v.f64(Math.PI / 2)));
}

/** Of 2ˢ · 2/π mod 4, the `count` bits that end with the one worth 2^-last. */
function part(scale: number, last: number, count: number): number {
  const field = TWO_OVER_PI >> BigInt(BITS - scale - last);
  return Number(BigInt.asUintN(count, field)) * 2 ** -last;
}

function angle(v: Vectors, turns: number, rest: number): Angle {
  return {
    turns: v.apply("i32x4.trunc_sat_f64x2_s_zero", turns),
    rest: v.apply("f32x4.demote_f64x2_zero", rest),
  };
}
