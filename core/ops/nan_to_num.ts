import { equal } from "../primitives/compare.ts";
import { isNan } from "../primitives/is_finite.ts";
import { where } from "../primitives/select.ts";
import type { DType } from "../dtype.ts";
import type { Tensor } from "../tensor.ts";

/** What `nanToNum` puts for NaN (0 by default) and infinities (the largest finite numbers). */
export type NanToNumOptions = {
  readonly nan?: number;
  readonly posinf?: number;
  readonly neginf?: number;
};

// (2 - 2^-p) · 2^e for p fraction bits and the largest exponent e.
const LARGEST: Partial<Record<DType, number>> = {
  f64: Number.MAX_VALUE,
  f32: (2 - 2 ** -23) * 2 ** 127,
  f16: 65504,
  bf16: (2 - 2 ** -7) * 2 ** 127,
};

/** `x` with numbers in place of NaN and infinities. */
export function nanToNum(x: Tensor, options: NanToNumOptions = {}): Tensor {
  const largest = LARGEST[x.dtype];
  if (largest === undefined) return x;
  const { nan = 0, posinf = largest, neginf = -largest } = options;
  const low = where(equal(x, -Infinity), neginf, x);
  return where(isNan(x), nan, where(equal(x, Infinity), posinf, low));
}
