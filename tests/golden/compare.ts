import type { DType } from "../../mod.ts";
import { toBf16, toF16 } from "../../core/internal.ts";

/** How far an element may be from the expectation; the rule is in tests/goldens/README-ops.md. */
export type Tolerance = {
  readonly exact?: boolean;
  readonly signed_zero?: boolean;
  readonly rtol?: number;
  readonly atol?: number;
  readonly ulp?: number;
};

/** The worst element of a comparison, in units of what is allowed: at most 1 passes. */
export type Verdict = { readonly passed: boolean; readonly worst: number; readonly text: string };

/** Compares element by element. */
export function compare(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  dtype: DType,
  tolerance: Tolerance,
  alternative?: ArrayLike<number>,
): Verdict {
  let worst = 0;
  let at = -1;
  for (let i = 0; i < expected.length; i++) {
    let ratio = excess(actual[i]!, expected[i]!, dtype, tolerance);
    if (alternative && ratio > 1) {
      ratio = Math.min(ratio, excess(actual[i]!, alternative[i]!, dtype, tolerance));
    }
    if (!(ratio <= worst)) {
      worst = ratio;
      at = i;
    }
  }
  const text = worst > 1
    ? `element ${at} is ${actual[at]}, expected ${expected[at]}`
    : `worst ${worst.toPrecision(2)} of the tolerance`;
  return { passed: worst <= 1, worst, text };
}

/** Distance in units of the tolerance; 0 for equal, Infinity for what no tolerance admits. */
function excess(actual: number, expected: number, dtype: DType, tolerance: Tolerance): number {
  if (Number.isNaN(expected) || Number.isNaN(actual)) {
    return Number.isNaN(expected) && Number.isNaN(actual) ? 0 : Infinity;
  }
  if (tolerance.exact && tolerance.signed_zero) return Object.is(actual, expected) ? 0 : Infinity;
  if (actual === expected) return 0;
  if (tolerance.exact || !isFloating(dtype)) return Infinity;
  const bound = (tolerance.atol ?? 0) + (tolerance.rtol ?? 0) * Math.abs(expected);
  const close = Number.isFinite(actual) && bound > 0
    ? Math.abs(actual - expected) / bound
    : Infinity;
  const ulps = tolerance.ulp ? steps(actual, expected, dtype) / tolerance.ulp : Infinity;
  return Math.min(close, ulps);
}

function isFloating(dtype: DType): boolean {
  return dtype === "f32" || dtype === "f16" || dtype === "bf16" || dtype === "f64";
}

const single = new Float32Array(1);
const bits = new Int32Array(single.buffer);

/** How many representable values lie between two numbers. */
function steps(a: number, b: number, dtype: DType): number {
  return Math.abs(ordinal(a, dtype) - ordinal(b, dtype));
}

function ordinal(x: number, dtype: DType): number {
  if (dtype === "f16" || dtype === "bf16") {
    const raw = dtype === "f16" ? toF16(x) : toBf16(x);
    return raw & 0x8000 ? -(raw & 0x7fff) : raw;
  }
  single[0] = x;
  return bits[0]! < 0 ? -(bits[0]! & 0x7fffffff) : bits[0]!;
}

/** The relative error of a model output: max |actual - expected| / max |expected|. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Infinity;
  let difference = 0;
  let largest = 0;
  for (let i = 0; i < expected.length; i++) {
    const distance = Math.abs(actual[i]! - expected[i]!);
    if (!(distance <= difference)) difference = distance;
    largest = Math.max(largest, Math.abs(expected[i]!));
  }
  if (Number.isNaN(difference)) return Infinity;
  return largest === 0 ? difference : difference / largest;
}
