import { type DType, integerRange, isInteger } from "../dtype.ts";
import { UnsupportedError } from "../errors.ts";
import { asTensor, type Operand } from "../primitives/_binary.ts";
import { add } from "../primitives/add.ts";
import { equal, less, lessEqual } from "../primitives/compare.ts";
import { convert } from "../primitives/convert.ts";
import { div } from "../primitives/div.ts";
import { log } from "../primitives/log.ts";
import { log1p } from "../primitives/log1p.ts";
import { mul } from "../primitives/mul.ts";
import { square } from "../primitives/pow.ts";
import { rem } from "../primitives/rem.ts";
import { floor } from "../primitives/rounding.ts";
import { where } from "../primitives/select.ts";
import { sub } from "../primitives/sub.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { keys, randomBits } from "./key.ts";
import { unstack } from "../ops/stack.ts";
import { uniform } from "./uniform.ts";

/** Options of `randint`: the half-open interval of the samples; tensors broadcast. */
export type RandintOptions = {
  /** 0 by default. */
  readonly minval?: Operand;
  /** First integer that is not drawn. */
  readonly maxval: Operand;
  /** i32 by default. */
  readonly dtype?: DType;
};

/** Options of `bernoulli`. */
export type BernoulliOptions = {
  /** The probability of true, 0.5 by default; a tensor broadcasts. */
  readonly p?: Operand;
  /** "high" draws two words for a sample, which tiny probabilities need; default "low". */
  readonly mode?: "low" | "high";
};

/**
 * Uniform integers of [minval, maxval); minval alone where the interval is empty.
 *
 * @param from keys [..., 2]
 * @param shape shape of the samples of one key
 */
export function randint(from: Tensor, shape: Shape, options: RandintOptions): Tensor {
  const { minval = 0, maxval, dtype = "i32" } = options;
  if (!isInteger(dtype)) {
    throw new UnsupportedError(
      `Cannot sample integers as ${dtype}: it is no integer dtype; use i32 and convert`,
    );
  }
  const { low, span } = intervalOf(minval, maxval, integerRange(dtype));
  const [high, rest] = unstack(keys(from, 2), { axis: -2 }) as [Tensor, Tensor];
  const offset = modulo(randomBits(high, shape), randomBits(rest, shape), span);
  return convert(add(offset, low), dtype);
}

/** The first integer modulo 2³², and how many there are; one where the interval is empty. */
function intervalOf(
  minval: Operand,
  maxval: Operand,
  [least, greatest]: readonly [least: number, greatest: number],
): { readonly low: Operand; readonly span: Operand } {
  if (typeof minval === "number" && typeof maxval === "number") {
    const low = Math.min(Math.max(minval, least), greatest);
    return { low: low >>> 0, span: Math.max(1, Math.min(maxval, greatest + 1) - low) };
  }
  const word = (x: Operand): Tensor => convert(asTensor(x, least < 0 ? "i32" : "u32"), "u32");
  const size = sub(word(maxval), word(minval));
  return { low: word(minval), span: where(lessEqual(maxval, minval), 1, size) };
}

/** (high · 2³² + low) mod span of words, in 32 bits. */
function modulo(high: Tensor, low: Tensor, span: Operand): Tensor {
  if (span === 2 ** 32) return low;
  return rem(add(mul(rem(high, span), factorOf(span)), rem(low, span)), span);
}

/** 2³² mod span. */
function factorOf(span: Operand): Operand {
  if (typeof span !== "number") return rem(square(rem(2 ** 16, span)), span);
  const half = 2 ** 16 % span;
  return Number(BigInt(half) * BigInt(half) % 2n ** 32n) % span;
}

/**
 * Booleans that are true with probability `p`.
 *
 * @param from keys [..., 2]
 * @param shape shape of the samples of one key; `p` broadcasts to it
 */
export function bernoulli(from: Tensor, shape: Shape, options: BernoulliOptions = {}): Tensor {
  const { p = 0.5, mode = "low" } = options;
  if (mode === "low") return less(uniform(from, shape), p);
  const [first, second] = unstack(uniform(from, [2, ...shape]), { axis: from.shape.length - 1 });
  // The second sample fills the steps of 2⁻²³ between the values of the first.
  return less(mul(second!, 2 ** -23), sub(p, first!));
}

/** -1 or 1, with equal probability; i32 by default. */
export function rademacher(
  from: Tensor,
  shape: Shape,
  options: { readonly dtype?: DType } = {},
): Tensor {
  const positive = convert(bernoulli(from, shape), options.dtype ?? "i32");
  return sub(mul(positive, 2), 1);
}

/**
 * The number of tries up to the first success, as i32: ⌊ln u / ln(1 - p)⌋ + 1, u uniform in (0, 1).
 *
 * @param options `p`: probability of success in (0, 1]; broadcasts
 */
export function geometric(from: Tensor, shape: Shape, options: { readonly p: Operand }): Tensor {
  const u = uniform(from, shape);
  const tries = div(log(where(equal(u, 0), 1, u)), log1p(sub(0, options.p)));
  return convert(add(floor(tries), 1), "i32");
}
