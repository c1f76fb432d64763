import type { DType } from "../dtype.ts";
import { erfHost } from "../primitives/_erf_host.ts";
import { erfInv } from "../primitives/erf_inv.ts";
import { maximum, minimum } from "../primitives/max_min.ts";
import { mul } from "../primitives/mul.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { type SampleOptions, uniform } from "./uniform.ts";

/** Options of `truncatedNormal`: the open interval of the samples, (-2, 2) by default. */
export type TruncatedNormalOptions = SampleOptions & {
  readonly lower?: number;
  readonly upper?: number;
};

// Distance from 1 to the next larger number.
const EPSILON: Partial<Record<DType, number>> = { f16: 2 ** -10, bf16: 2 ** -7 };

/**
 * Samples of the standard normal distribution between two bounds.
 *
 * @param from keys [..., 2]
 * @param shape shape of the samples of one key
 */
export function truncatedNormal(
  from: Tensor,
  shape: Shape,
  options: TruncatedNormalOptions = {},
): Tensor {
  const { dtype = "f32", lower = -2, upper = 2 } = options;
  const minval = erfHost(lower / Math.SQRT2);
  const maxval = erfHost(upper / Math.SQRT2);
  const u = uniform(from, shape, { ...options, dtype, minval, maxval });
  const x = mul(erfInv(u), Math.SQRT2);
  const step = EPSILON[dtype] ?? 2 ** -23;
  return minimum(maximum(x, inward(lower, step)), inward(upper, -step));
}

/** The number next to `bound` in the direction of the sign of `step`. */
function inward(bound: number, step: number): number {
  const size = Math.max(Math.abs(bound), 2 ** -126);
  const exponent = Math.floor(Math.log2(size));
  const towardsZero = Math.sign(bound) === -Math.sign(step) && Number.isInteger(Math.log2(size));
  return bound + step * 2 ** (towardsZero ? exponent - 1 : exponent);
}
