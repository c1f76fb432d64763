import { isFloat } from "../../../core/mod.ts";
import { bytesOf } from "../../../core/internal.ts";
import type { Value } from "../../ir/types.ts";
import type { Formula, Formulas } from "./term.ts";

/** Powers, roots and remainders. */

/** A number as an unevaluated sum: `low` is what `high` was rounded by. */
type Double = { readonly high: Value; readonly low: Value };

/** x · y and what the product was rounded by, from halves of 12 bits. */
function exactProduct(f: Formulas, x: Value, y: Value): Double {
  const upper = (z: Value): Value => f.bitcast(f.and(f.bitcast(z, "i32"), -4096), "f32");
  const [a, b] = [upper(x), upper(y)];
  const [c, d] = [f.sub(x, a), f.sub(y, b)];
  const high = f.mul(x, y);
  const first = f.sub(f.mul(a, b), high);
  const cross = f.add(f.add(first, f.mul(a, d)), f.mul(c, b));
  return { high, low: f.add(cross, f.mul(c, d)) };
}

/** x + y and what the sum was rounded by, for x = 0 or |x| ≥ |y|. */
function exactSum(f: Formulas, x: Value, y: Value): readonly [sum: Value, lost: Value] {
  const sum = f.add(x, y);
  return [sum, f.sub(y, f.sub(sum, x))];
}

/** ln x for finite x > 0, to about 2⁻³² of itself: ln m + e ln 2 with m within √½ ... √2. */
function doubleLog(f: Formulas, x: Value): Double {
  const isTiny = f.test("lt", x, 2 ** -126);
  const bits = f.bitcast(f.select(isTiny, f.mul(x, 2 ** 24), x), "i32");
  const shifted = f.sub(bits, 0x3f3504f3); // the bits of √½
  const exponent = f.op("shift_right_arithmetic", shifted, 23);
  const mantissa = f.bitcast(f.add(f.and(shifted, 0x7fffff), 0x3f3504f3), "f32");
  const e = f.convert(f.sub(exponent, f.select(isTiny, f.number(24, "i32"), 0)), "f32");
  // ln m = 2 artanh s with s = (m - 1) / (m + 1).
  const rest = f.sub(mantissa, 1);
  const sum = f.add(rest, 2);
  const s = f.div(rest, sum);
  const back = exactProduct(f, s, sum);
  const sumLow = f.sub(rest, f.sub(sum, 2));
  const error = f.sub(f.sub(f.sub(rest, back.high), back.low), f.mul(s, sumLow));
  const sLow = f.div(error, sum);
  const z = f.mul(s, s);
  const p = f.polynomial(z, [2 / 11, 2 / 9, 2 / 7, 2 / 5, 2 / 3]);
  const small = f.add(f.mul(2, sLow), f.mul(f.mul(p, z), s));
  // 0.693359375 has so few bits that its product with e is exact.
  const whole = f.mul(e, 0.693359375);
  const double = f.mul(2, s);
  const [coarse, lost] = exactSum(f, whole, double);
  const rounded = f.add(f.add(small, f.mul(e, -2.12194440054690583e-4)), lost);
  const [high, low] = exactSum(f, coarse, rounded);
  return { high, low };
}

/** Beyond it e^x is 0 or infinite. */
const LIMIT = 150;

/** xʸ with the special cases of IEEE 754. */
function floatPower(f: Formulas, x: Value, y: Value): Value {
  const size = f.abs(x);
  const log = doubleLog(f, size);
  const edge = f.select(f.test("eq", size, 0), -Infinity, log.high);
  const product = exactProduct(f, y, log.high);
  const plain = f.mul(y, f.select(f.test("eq", size, Infinity), Infinity, edge));
  const isNear = f.test("lt", f.abs(plain), LIMIT);
  const exp = f.op("exp", f.select(isNear, product.high, 0));
  const near = f.add(exp, f.mul(exp, f.add(product.low, f.mul(y, log.low))));
  const isOver = f.test("eq", exp, Infinity);
  const far = f.select(f.test("gt", plain, 0), Infinity, f.number(0));
  const power = f.select(isNear, f.select(isOver, Infinity, near), far);
  // Negative x: the sign of an odd y, no number for a fraction.
  const half = f.mul(y, 0.5);
  const isWhole = f.test("eq", f.op("floor", y), y);
  const isOdd = f.and(isWhole, f.test("ne", f.op("floor", half), half));
  const signed = f.select(isOdd, f.withSign(power, x), power);
  const isFraction = f.op("not", isWhole);
  const isBelow = f.and(f.test("lt", x, 0), f.test("gt", x, -Infinity));
  const isLost = f.or(f.or(f.isNaN(x), f.isNaN(y)), f.and(isBelow, isFraction));
  const result = f.select(isLost, NaN, signed);
  const isUnit = f.and(f.test("eq", size, 1), f.test("eq", f.abs(y), Infinity));
  const isOne = f.or(f.or(f.test("eq", y, 0), f.test("eq", x, 1)), isUnit);
  return f.select(isOne, 1, result);
}

/** xʸ of integers by repeated squaring; 1 where y is negative. */
function integerPower(f: Formulas, x: Value, y: Value): Value {
  const isSigned = x.dtype === "i32" || x.dtype === "i8";
  const bits = 8 * bytesOf(x.dtype) - (isSigned ? 1 : 0);
  const exponent = isSigned ? f.op("max", y, 0) : y;
  let result = f.number(1, x.dtype);
  let base = x;
  for (let bit = 0; bit < bits; bit++) {
    const isSet = f.test("ne", f.and(exponent, 2 ** bit), 0);
    result = f.select(isSet, f.mul(result, base), result);
    base = f.mul(base, base);
  }
  return result;
}

/** xʸ. */
export const pow: Formula = (f, [x, y]) =>
  isFloat(x!.dtype) ? floatPower(f, x!, y!) : integerPower(f, x!, y!);

/** Steps of the division: each takes 23 bits off the quotient. */
const STEPS = 6;

/**
 * x - trunc(x / y) · y. Every step subtracts y times the leading bits of the quotient, exactly; a
 * quotient that overflows leaves 0.
 */
function floatRemainder(f: Formulas, x: Value, y: Value): Value {
  const divisor = f.abs(y);
  let rest = f.abs(x);
  for (let step = 0; step < STEPS; step++) {
    const quotient = f.div(rest, divisor);
    const whole = f.withSign(f.op("floor", f.abs(quotient)), quotient);
    const { high, low } = exactProduct(f, whole, divisor);
    rest = f.sub(f.sub(rest, high), low);
  }
  rest = f.select(f.test("lt", rest, 0), f.add(rest, divisor), rest);
  const isInside = f.and(f.test("ge", rest, 0), f.test("lt", rest, divisor));
  const kept = f.select(isInside, rest, 0);
  const isWhole = f.test("lt", f.abs(x), divisor); // also for an infinite y
  const isLost = f.or(f.or(f.isNaN(x), f.isNaN(y)), f.test("eq", y, 0));
  const isLostToo = f.or(isLost, f.test("eq", f.abs(x), Infinity));
  return f.select(isLostToo, NaN, f.select(isWhole, x, f.withSign(kept, x)));
}

/** The remainder of the division cut towards zero; of integers x where y is 0. */
export const rem: Formula = (f, [x, y]) =>
  isFloat(x!.dtype) ? floatRemainder(f, x!, y!) : f.sub(x!, f.mul(f.div(x!, y!), y!)); // the quotient by 0 is a number

/** ∛x: a third of the exponent as a guess, then three of Newton's steps. */
export const cbrt: Formula = (f, [x]) => {
  const size = f.abs(x!);
  const isTiny = f.test("lt", size, 2 ** -126);
  const scaled = f.select(isTiny, f.mul(size, 2 ** 24), size);
  const third = f.mul(f.convert(f.bitcast(scaled, "i32"), "f32"), 1 / 3);
  let root = f.bitcast(f.add(f.convert(third, "i32"), 709958130), "f32");
  for (let step = 0; step < 3; step++) {
    const error = f.sub(root, f.div(f.div(scaled, root), root));
    root = f.sub(root, f.mul(error, 1 / 3));
  }
  const unscaled = f.select(isTiny, f.mul(root, 2 ** -8), root);
  const isOrdinary = f.and(f.test("gt", size, 0), f.test("lt", size, Infinity));
  return f.select(isOrdinary, f.withSign(unscaled, x!), x!);
};
