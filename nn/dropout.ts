import { less, mul, type Tensor, uniform, where } from "../core/mod.ts";

/** Options of `dropout`. */
export type DropoutOptions = {
  /** Probability that an element becomes zero, in [0, 1). */
  readonly rate: number;
  /** The random key; without one nothing is dropped. */
  readonly key?: Tensor | undefined;
};

/**
 * Dropout: each element is zero with probability `rate`, and divided by 1 - `rate` otherwise.
 *
 * Which ones depends on the key alone. Without a key it is the identity: that is how evaluation
 * differs from training.
 *
 * @throws {RangeError} if the rate is not in [0, 1)
 * @see Srivastava et al. 2014
 */
export function dropout(x: Tensor, options: DropoutOptions): Tensor {
  const { rate, key } = options;
  requireRate(rate);
  if (!key || rate === 0) return x;
  return dropoutBy(x, less(uniform(key, x.shape), 1 - rate), { rate });
}

/**
 * Dropout by a mask that is given: x / (1 - rate) where `kept` is true, else 0.
 *
 * @param x any shape
 * @param kept bool, broadcasts to `x`
 * @param options `rate`: the share of zeros that the mask was made for, in [0, 1)
 * @throws {RangeError} if the rate is not in [0, 1)
 */
export function dropoutBy(x: Tensor, kept: Tensor, options: { readonly rate: number }): Tensor {
  requireRate(options.rate);
  return where(kept, mul(1 / (1 - options.rate), x), 0);
}

function requireRate(rate: number): void {
  if (rate >= 0 && rate < 1) return;
  throw new RangeError(`Cannot drop with rate ${rate}: it must be at least 0 and less than 1`);
}
