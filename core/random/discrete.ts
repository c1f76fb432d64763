import type { DType } from "../dtype.ts";
import { UnsupportedError } from "../errors.ts";
import type { Operand } from "../primitives/_binary.ts";
import { add } from "../primitives/add.ts";
import { less } from "../primitives/compare.ts";
import { convert } from "../primitives/convert.ts";
import { mul } from "../primitives/mul.ts";
import { rem } from "../primitives/rem.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { keys, randomBits } from "./key.ts";
import { unstack } from "../ops/stack.ts";
import { uniform } from "./uniform.ts";

/** Options of `randint`: the half-open interval of the samples. */
export type RandintOptions = {
  /** 0 by default. */
  readonly minval?: number;
  /** First integer that is not drawn. */
  readonly maxval: number;
  /** i32 by default. */
  readonly dtype?: DType;
};

/** Options of `bernoulli`: the probability of true, 0.5 by default; a tensor broadcasts. */
export type BernoulliOptions = { readonly p?: Operand };

const RANGES: Partial<Record<DType, readonly [number, number]>> = {
  i32: [-(2 ** 31), 2 ** 31],
  u32: [0, 2 ** 32],
  i8: [-128, 128],
  u8: [0, 256],
};

/**
 * Uniform integers of [minval, maxval); minval alone where the interval is empty.
 *
 * @param from keys [..., 2]
 * @param shape shape of the samples of one key
 */
export function randint(from: Tensor, shape: Shape, options: RandintOptions): Tensor {
  const { minval = 0, maxval, dtype = "i32" } = options;
  const range = RANGES[dtype];
  if (!range) {
    throw new UnsupportedError(
      `Cannot sample integers as ${dtype}: it is no integer dtype; use i32 and convert`,
    );
  }
  const low = Math.min(Math.max(minval, range[0]), range[1] - 1);
  const span = Math.max(1, Math.min(maxval, range[1]) - low);
  const [high, rest] = unstack(keys(from, 2), { axis: -2 }) as [Tensor, Tensor];
  const offset = modulo(randomBits(high, shape), randomBits(rest, shape), span);
  return convert(add(offset, low >>> 0), dtype);
}

/** (high · 2³² + low) mod span of words, in 32 bits. */
function modulo(high: Tensor, low: Tensor, span: number): Tensor {
  if (span === 2 ** 32) return low;
  const half = 2 ** 16 % span;
  const factor = Number(BigInt(half) * BigInt(half) % 2n ** 32n) % span;
  return rem(add(mul(rem(high, span), factor), rem(low, span)), span);
}

/**
 * Booleans that are true with probability `p`.
 *
 * @param from keys [..., 2]
 * @param shape shape of the samples of one key; `p` broadcasts to it
 */
export function bernoulli(from: Tensor, shape: Shape, options: BernoulliOptions = {}): Tensor {
  return less(uniform(from, shape), options.p ?? 0.5);
}
