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
  if (!(rate >= 0 && rate < 1)) {
    throw new RangeError(`Cannot drop with rate ${rate}: it must be at least 0 and less than 1`);
  }
  if (!key || rate === 0) return x;
  return where(less(uniform(key, x.shape), 1 - rate), mul(1 / (1 - rate), x), 0);
}
