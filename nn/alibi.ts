import {
  add,
  convert,
  iota,
  lessEqual,
  mul,
  reshape,
  sub,
  type Tensor,
  tensor,
  where,
} from "../core/mod.ts";
import { range } from "../core/internal.ts";

/** Options of `alibiBias`. */
export type AlibiOptions = {
  readonly heads: number;
  readonly queries: number;
  readonly keys: number;
  /** Whether keys after the query get -∞, so that the bias is a causal mask too. Default true. */
  readonly causal?: boolean;
};

/**
 * Slopes of ALiBi [H]: 2^(-8 h / H), h = 1 ... H, for a power of two. Else those of the power of two
 * below, and every other one of the next power, from its first on.
 *
 * @see Press et al. 2021, arXiv:2108.12409, section 3 and the authors' code
 */
export function alibiSlopes(heads: number): Tensor {
  if (!(Number.isInteger(heads) && heads >= 1)) {
    throw new RangeError(`Cannot slope ${heads} heads: use a positive integer`);
  }
  const power = 2 ** Math.floor(Math.log2(heads));
  const slope = (i: number, count: number): number => 2 ** ((-8 * (i + 1)) / count);
  const slopes = range(heads).map((i) => {
    return i < power ? slope(i, power) : slope(2 * (i - power), 2 * power);
  });
  return tensor(slopes);
}

/**
 * Attention with linear biases: -slope · (i - j) for query i and key j, which `attention` adds to its
 * scores. The last query is at the last key.
 *
 * @param options `heads`, `queries` and `keys`: how many; `causal`
 * @returns [H, T, S] in float32
 * @see Press et al. 2021, arXiv:2108.12409
 */
export function alibiBias(options: AlibiOptions): Tensor {
  const { heads, queries, keys, causal = true } = options;
  const shape = [heads, queries, keys];
  const query = add(iota(shape, { axis: 1, dtype: "i32" }), keys - queries);
  const key = iota(shape, { axis: 2, dtype: "i32" });
  const ahead = convert(sub(key, query), "f32"); // j - i
  const bias = mul(reshape(alibiSlopes(heads), [heads, 1, 1]), ahead);
  return causal ? where(lessEqual(key, query), bias, -Infinity) : bias;
}
