import type { DType } from "../dtype.ts";
import { erfInv } from "../primitives/erf_inv.ts";
import { mul } from "../primitives/mul.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { type SampleOptions, uniform } from "./uniform.ts";

// The smallest number of the dtype above -1.
const ABOVE_MINUS_ONE: Partial<Record<DType, number>> = {
  f64: -1 + 2 ** -24,
  f32: -1 + 2 ** -24,
  f16: -1 + 2 ** -11,
  bf16: -1 + 2 ** -8,
};

/**
 * Samples of the standard normal distribution: √2 · erf⁻¹(u) with u uniform in (-1, 1).
 *
 * @param from keys [..., 2]
 * @param shape shape of the samples of one key
 * @returns [..., ...shape]
 * @example Four samples
 * ```ts
 * import { key, normal } from "../mod.ts";
 * const x = normal(key(0), [4]);
 * if (x.shape.join() !== "4") throw new Error("unexpected shape");
 * ```
 */
export function normal(from: Tensor, shape: Shape, options: SampleOptions = {}): Tensor {
  const { dtype = "f32" } = options;
  const minval = ABOVE_MINUS_ONE[dtype] ?? -1;
  return mul(erfInv(uniform(from, shape, { ...options, dtype, minval, maxval: 1 })), Math.SQRT2);
}
