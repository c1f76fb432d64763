import type { DType } from "../dtype.ts";
import { UnsupportedError } from "../errors.ts";
import { add } from "../primitives/add.ts";
import { bitwiseAnd, rightShiftLogical } from "../primitives/bitwise.ts";
import { convert } from "../primitives/convert.ts";
import { maximum } from "../primitives/max_min.ts";
import { mul } from "../primitives/mul.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { randomBits } from "./key.ts";
import { roundTo } from "../host.ts";

/** Options of samplers of floats: f32 by default. */
export type SampleOptions = { readonly dtype?: DType };

/** Options of `uniform`: the half-open interval, [0, 1) by default. */
export type UniformOptions = SampleOptions & {
  readonly minval?: number;
  readonly maxval?: number;
};

type Mantissa = { readonly word: number; readonly bits: number };

// How many random bits JAX draws for a dtype, and how many of them, the highest, it uses.
const MANTISSA: Partial<Record<DType, Mantissa>> = {
  f64: { word: 32, bits: 23 },
  f32: { word: 32, bits: 23 },
  f16: { word: 16, bits: 10 },
  bf16: { word: 8, bits: 7 },
};

/**
 * Uniform samples of [minval, maxval).
 *
 * @param from keys [..., 2]
 * @param shape shape of the samples of one key
 * @returns [..., ...shape]
 */
export function uniform(from: Tensor, shape: Shape, options: UniformOptions = {}): Tensor {
  const { dtype = "f32", minval = 0, maxval = 1 } = options;
  const mantissa = MANTISSA[dtype];
  if (!mantissa) {
    throw new UnsupportedError(
      `Cannot sample uniform ${dtype}: it is no float dtype; use randint for integers`,
    );
  }
  const { word, bits } = mantissa;
  const raw = randomBits(from, shape);
  const low = word === 32 ? raw : bitwiseAnd(raw, 2 ** word - 1);
  const fraction = mul(convert(rightShiftLogical(low, word - bits), dtype), 2 ** -bits);
  const [start, end] = [rounded(minval, dtype), rounded(maxval, dtype)];
  if (start === 0 && end === 1) return fraction;
  const scaled = add(mul(fraction, rounded(end - start, dtype)), start);
  return maximum(scaled, start);
}

function rounded(value: number, dtype: DType): number {
  return roundTo(Float64Array.of(value), dtype)[0]!;
}
