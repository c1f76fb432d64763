import type { Value } from "../../ir/types.ts";
import type { Formula, Formulas } from "./term.ts";

/** Hyperbolic functions and their inverses in f32. */

/** From here on e^|x| is taken in two factors, since it overflows before its half. */
const SPLIT = 88;

/** e^|x| / 2. */
function halfExponential(f: Formulas, x: Value): Value {
  const size = f.abs(x);
  const isFar = f.test("gt", size, SPLIT);
  const factor = f.select(isFar, Math.exp(SPLIT) / 2, f.number(0.5));
  return f.mul(f.op("exp", f.select(isFar, f.sub(size, SPLIT), size)), factor);
}

/** sinh x = e^|x|/2 - e^-|x|/2 with the sign of x; a polynomial below 1. */
export const sinh: Formula = (f, [x]) => {
  const half = halfExponential(f, x!);
  const far = f.withSign(f.sub(half, f.div(0.25, half)), x!);
  const z = f.mul(x!, x!);
  const p = f.polynomial(z, [2.03721912945e-4, 8.33028376239e-3, 1.66667160211e-1]);
  const near = f.add(f.mul(f.mul(p, z), x!), x!);
  return f.select(f.test("lt", f.abs(x!), 1), near, far);
};

/** cosh x = e^|x|/2 + e^-|x|/2. */
export const cosh: Formula = (f, [x]) => {
  const half = halfExponential(f, x!);
  return f.add(half, f.div(0.25, half));
};

/** From here on √(x² ± 1) is x. */
const LARGE = 2 ** 12;

/** ln 2x for large x, else ln(1 + near). */
function logarithm(f: Formulas, x: Value, near: Value): Value {
  const isLarge = f.test("gt", x, LARGE);
  const log = f.op("log1p", f.select(isLarge, 0, near));
  return f.select(isLarge, f.add(f.op("log", x), Math.LN2), log);
}

/** arsinh x = ln(x + √(x² + 1)). */
export const asinh: Formula = (f, [x]) => {
  const size = f.abs(x!);
  const square = f.mul(size, size);
  const root = f.sqrt(f.add(square, 1));
  const near = f.add(size, f.div(square, f.add(root, 1)));
  return f.withSign(logarithm(f, size, near), x!);
};

/** arcosh x = ln(x + √(x² - 1)). */
export const acosh: Formula = (f, [x]) => {
  const t = f.sub(x!, 1);
  const near = f.add(t, f.sqrt(f.mul(t, f.add(t, 2))));
  return f.select(f.test("lt", x!, 1), NaN, logarithm(f, x!, near));
};

/** artanh x = ½ ln((1 + x) / (1 - x)). */
export const atanh: Formula = (f, [x]) => {
  const size = f.abs(x!);
  const log = f.op("log1p", f.div(f.mul(2, size), f.sub(1, size)));
  return f.withSign(f.mul(0.5, log), x!);
};
