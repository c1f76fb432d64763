import type { Value } from "../../ir/types.ts";
import type { Formula, Formulas } from "./term.ts";

/** The complement of erf, and gamma's relatives, in f32. */

/** erfc x = 1 - erf x: a polynomial within ±1, beyond e^(-x²) / x times one in 1 / x². */
export const erfc: Formula = (f, [x]) => {
  const size = f.abs(x!);
  const square = f.mul(x!, x!);
  const near = f.sub(
    1,
    f.mul(
      x!,
      f.polynomial(square, [
        7.853861353153693e-5,
        -8.010193625184903e-4,
        5.188327685732524e-3,
        -2.685381193529856e-2,
        1.128358514861418e-1,
        -3.761262582423300e-1,
        1.128379165726710,
      ]),
    ),
  );
  const inverse = f.div(1, f.mul(size, size));
  const middle = f.polynomial(inverse, [
    2.326819970068386e-2,
    -1.387039388740657e-1,
    3.687424674597105e-1,
    -5.824733027278666e-1,
    6.210004621745983e-1,
    -4.944515323274145e-1,
    3.404879937665872e-1,
    -2.741127028184656e-1,
    5.638259427386472e-1,
  ]);
  const tail = f.polynomial(inverse, [
    -1.047766399936249e1,
    1.297719955372516e1,
    -7.495518717768503,
    2.921019019210786,
    -1.015265279202700,
    4.218463358204948e-1,
    -2.820767439740514e-1,
    5.641895067754075e-1,
  ]);
  // x² = h² + (x - h)(x + h) with an exact h².
  const h = f.bitcast(f.and(f.bitcast(size, "i32"), -4096), "f32");
  const small = f.mul(f.sub(size, h), f.add(size, h));
  const density = f.mul(f.op("exp", f.neg(f.mul(h, h))), f.op("exp", f.neg(small)));
  const p = f.select(f.test("lt", size, 2), middle, tail);
  // Beyond 11 it is 0, and the differences above are no numbers at infinity.
  const isFar = f.test("gt", size, 11);
  const y = f.select(isFar, 0, f.mul(f.div(density, size), p));
  const far = f.select(f.test("lt", x!, 0), f.sub(2, y), y);
  return f.select(f.test("gt", size, 1), far, near);
};

// Lanczos' approximation with g = 7, as in core's evaluation on the host.
const FIRST = 0.99999999999980993;
const LANCZOS = [
  676.5203681218851,
  -1259.1392167224028,
  771.32342877765313,
  -176.61502916214059,
  12.507343278686905,
  -0.13857109526572012,
  9.9843695780195716e-6,
  1.5056327351493116e-7,
];

/** The argument that Lanczos' sum takes, and ln(it + 7.5). */
function lanczosArgument(f: Formulas, x: Value): { isLow: Value; z: Value; log: Value } {
  const isLow = f.test("lt", x, 0.5);
  const z = f.select(isLow, f.neg(x), f.sub(x, 1));
  const log = f.add(f.op("log1p", f.mul(z, 1 / 7.5)), Math.log(7.5));
  return { isLow, z, log };
}

/** ln |Γ(x)|, below ½ by reflection. */
export const lgamma: Formula = (f, [x]) => {
  const { isLow, z, log } = lanczosArgument(f, x!);
  const sum = LANCZOS.reduce<Value>(
    (total, c, i) => f.add(total, f.div(c, f.add(z, i + 1))),
    f.number(FIRST),
  );
  const t = f.add(z, 7.5);
  const scaled = f.mul(f.sub(f.add(z, 0.5), f.div(t, log)), log);
  const y = f.add(f.add(scaled, 0.9189385332046727), f.op("log", sum));
  const size = f.abs(x!);
  const part = f.sub(size, f.op("floor", size));
  const turn = f.select(f.test("gt", part, 0.5), f.sub(1, part), part);
  const sine = f.op("log", f.op("sin", f.mul(turn, Math.PI)));
  const reflected = f.sub(f.sub(Math.log(Math.PI), sine), y);
  const result = f.select(isLow, reflected, y);
  const isPole = f.and(f.test("le", x!, 0), f.test("eq", part, 0));
  const isInfinite = f.or(f.test("eq", size, Infinity), isPole);
  return f.select(isInfinite, Infinity, result);
};

/** ψ(x), the derivative of Lanczos' approximation, below ½ by reflection. */
export const digamma: Formula = (f, [x]) => {
  const { isLow, z, log } = lanczosArgument(f, x!);
  let sum = f.number(FIRST);
  let slope = f.number(0);
  LANCZOS.forEach((c, i) => {
    const place = f.add(z, i + 1);
    const term = f.div(c, place);
    sum = f.add(sum, term);
    slope = f.sub(slope, f.div(term, place));
  });
  const y = f.sub(f.add(log, f.div(slope, sum)), f.div(7, f.add(z, 7.5)));
  const turn = f.mul(f.sub(x!, f.op("floor", f.add(x!, 0.5))), Math.PI);
  const cotangent = f.div(f.op("cos", turn), f.op("sin", turn));
  const result = f.select(isLow, f.sub(y, f.mul(Math.PI, cotangent)), y);
  const isPole = f.and(f.test("le", x!, 0), f.test("eq", f.op("floor", x!), x!));
  return f.select(isPole, NaN, result);
};
