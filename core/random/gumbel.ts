import { unstack } from "../ops/stack.ts";
import { add } from "../primitives/add.ts";
import { greaterEqual } from "../primitives/compare.ts";
import { log } from "../primitives/log.ts";
import { log1p } from "../primitives/log1p.ts";
import { mul } from "../primitives/mul.ts";
import { neg } from "../primitives/neg.ts";
import { where } from "../primitives/select.ts";
import type { DType } from "../dtype.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { type SampleOptions, uniform } from "./uniform.ts";

/** Options of `gumbel`. */
export type GumbelOptions = SampleOptions & {
  /** "high" draws two words for a sample, so that its tail reaches further; default "low". */
  readonly mode?: "low" | "high";
};

// The smallest normal numbers, and the bits of the fraction.
const TINY: Partial<Record<DType, number>> = { f16: 2 ** -14 };
const FRACTION_BITS: Partial<Record<DType, number>> = { f16: 10, bf16: 7 };

/** Samples of the Gumbel distribution: -ln(-ln u), u uniform in (0, 1). */
export function gumbel(from: Tensor, shape: Shape, options: GumbelOptions = {}): Tensor {
  const { dtype = "f32", mode = "low" } = options;
  const tiny = TINY[dtype] ?? 2 ** -126;
  if (mode === "low") {
    return neg(log(neg(log(uniform(from, shape, { ...options, dtype, minval: tiny })))));
  }
  const axis = from.shape.length - 1;
  const [high, low] = unstack(uniform(from, [2, ...shape], { ...options, dtype }), { axis });
  // Below 1/2 there is room for the bits of the second word behind those of the first.
  const finer = add(add(high!, mul(low!, 2 ** -(FRACTION_BITS[dtype] ?? 23))), tiny);
  const u = where(greaterEqual(high!, 0.5), high!, finer);
  return neg(log(neg(log1p(neg(u)))));
}

/** Samples of the exponential distribution with mean 1: -ln(1 - u), u uniform in [0, 1). */
export function exponential(from: Tensor, shape: Shape, options: SampleOptions = {}): Tensor {
  return neg(log1p(neg(uniform(from, shape, options))));
}
