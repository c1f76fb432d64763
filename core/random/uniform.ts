import type { DType } from "../dtype.ts";
import { UnsupportedError } from "../errors.ts";
import type { Operand } from "../primitives/_binary.ts";
import { add } from "../primitives/add.ts";
import { bitwiseAnd, rightShiftLogical } from "../primitives/bitwise.ts";
import { convert } from "../primitives/convert.ts";
import { maximum } from "../primitives/max_min.ts";
import { mul } from "../primitives/mul.ts";
import { sub } from "../primitives/sub.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { randomBits } from "./key.ts";
import { roundTo } from "../host.ts";

/** Where random words come from: keys [..., 2] and a shape to u32[..., ...shape]. */
export type BitSource = (from: Tensor, shape: Shape) => Tensor;

/** Options of samplers of floats. */
export type SampleOptions = {
  /** f32 by default. */
  readonly dtype?: DType;
  /** `randomBits` by default; `originalBits` gives the samples of JAX before version 0.5. */
  readonly bits?: BitSource;
};

/** Options of `uniform`: the half-open interval, [0, 1) by default; tensors broadcast. */
export type UniformOptions = SampleOptions & {
  readonly minval?: Operand;
  readonly maxval?: Operand;
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
  const raw = (options.bits ?? randomBits)(from, shape);
  const low = word === 32 ? raw : bitwiseAnd(raw, 2 ** word - 1);
  const fraction = mul(convert(rightShiftLogical(low, word - bits), dtype), 2 ** -bits);
  const [start, end] = [rounded(minval, dtype), rounded(maxval, dtype)];
  if (start === 0 && end === 1) return fraction;
  const width = typeof start === "number" && typeof end === "number"
    ? rounded(end - start, dtype)
    : sub(end, start);
  return maximum(add(mul(fraction, width), start), start);
}

function rounded(value: Operand, dtype: DType): Operand {
  if (typeof value !== "number") return convert(value, dtype);
  return roundTo(Float64Array.of(value), dtype)[0]!;
}
