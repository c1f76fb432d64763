import type { Value } from "../../ir/types.ts";
import type { Formula, Formulas } from "./term.ts";

/** Inverse trigonometric functions of f32: Cephes' polynomials. */

const HALF_PI = Math.PI / 2;

/** arcsin s for s in [0, 1/2], where z = s². */
function arcsine(f: Formulas, s: Value, z: Value): Value {
  const p = f.polynomial(z, [
    4.2163199048e-2,
    2.4181311049e-2,
    4.5470025998e-2,
    7.4953002686e-2,
    1.6666752422e-1,
  ]);
  return f.add(f.mul(f.mul(p, z), s), s);
}

/** For |x| > 1/2, arcsin |x| = π/2 - 2 arcsin √((1 - |x|) / 2); beyond 1 the root is NaN. */
function reduced(f: Formulas, x: Value): { readonly isFar: Value; readonly angle: Value } {
  const size = f.abs(x);
  const isFar = f.test("gt", size, 0.5);
  const half = f.mul(f.sub(1, size), 0.5);
  const z = f.select(isFar, half, f.mul(size, size));
  return { isFar, angle: arcsine(f, f.select(isFar, f.sqrt(half), size), z) };
}

/** arcsin x. */
export const asin: Formula = (f, [x]) => {
  const { isFar, angle } = reduced(f, x!);
  return f.withSign(f.select(isFar, f.sub(HALF_PI, f.mul(2, angle)), angle), x!);
};

/** arccos x = π/2 - arcsin x. */
export const acos: Formula = (f, [x]) => {
  const { isFar, angle } = reduced(f, x!);
  const double = f.mul(2, angle);
  const isNegative = f.test("lt", x!, 0);
  const far = f.select(isNegative, f.sub(Math.PI, double), double);
  return f.select(isFar, far, f.sub(HALF_PI, f.withSign(angle, x!)));
};

/** arctan t, which is `base` more than it, for t within ±tan π/8. */
function arctangent(f: Formulas, base: Value, t: Value): Value {
  const z = f.mul(t, t);
  const p = f.polynomial(z, [
    8.05374449538e-2,
    -1.38776856032e-1,
    1.99777106478e-1,
    -3.33329491539e-1,
  ]);
  return f.add(base, f.add(f.mul(f.mul(p, z), t), t));
}

/** arctan of a number from 0 to 1: above tan π/8 it is π/4 + arctan((a - 1) / (a + 1)). */
function arctangentTo1(f: Formulas, a: Value): Value {
  const isFar = f.test("gt", a, Math.SQRT2 - 1);
  const t = f.select(isFar, f.div(f.sub(a, 1), f.add(a, 1)), a);
  return arctangent(f, f.select(isFar, Math.PI / 4, f.number(0)), t);
}

/** arctan x; beyond 1 it is π/2 - arctan(1 / x). */
export const atan: Formula = (f, [x]) => {
  const size = f.abs(x!);
  const isFar = f.test("gt", size, 1);
  const angle = arctangentTo1(f, f.select(isFar, f.div(1, size), size));
  return f.withSign(f.select(isFar, f.sub(HALF_PI, angle), angle), x!);
};

/** The angle of the point with ordinate x and abscissa y, from that in its octant. */
export const atan2: Formula = (f, [x, y]) => {
  const [a, b] = [f.abs(x!), f.abs(y!)];
  const isSteep = f.test("gt", a, b);
  const [small, large] = [f.select(isSteep, b, a), f.select(isSteep, a, b)];
  // 0 / 0 counts as 0, ∞ / ∞ as 1.
  const ratio = f.select(f.test("eq", small, Infinity), 1, f.div(small, large));
  const angle = arctangentTo1(f, f.select(f.test("eq", small, 0), 0, ratio));
  const upright = f.select(isSteep, f.sub(HALF_PI, angle), angle);
  const isLeft = f.test("lt", f.bitcast(y!, "i32"), 0); // also for -0
  const turned = f.select(isLeft, f.sub(Math.PI, upright), upright);
  const isLost = f.or(f.isNaN(x!), f.isNaN(y!));
  return f.select(isLost, NaN, f.withSign(turned, x!));
};
