import { log } from "../primitives/log.ts";
import { log1p } from "../primitives/log1p.ts";
import { neg } from "../primitives/neg.ts";
import type { DType } from "../dtype.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { type SampleOptions, uniform } from "./uniform.ts";

// The smallest normal numbers.
const TINY: Partial<Record<DType, number>> = { f16: 2 ** -14 };

/** Samples of the Gumbel distribution: -ln(-ln u), u uniform in (0, 1). */
export function gumbel(from: Tensor, shape: Shape, options: SampleOptions = {}): Tensor {
  const { dtype = "f32" } = options;
  return neg(log(neg(log(uniform(from, shape, { dtype, minval: TINY[dtype] ?? 2 ** -126 })))));
}

/** Samples of the exponential distribution with mean 1: -ln(1 - u), u uniform in [0, 1). */
export function exponential(from: Tensor, shape: Shape, options: SampleOptions = {}): Tensor {
  return neg(log1p(neg(uniform(from, shape, options))));
}
