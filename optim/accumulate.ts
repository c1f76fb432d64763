import {
  add,
  convert,
  div,
  equal,
  mul,
  remainder,
  sub,
  type Tensor,
  type Tree,
  treeMap,
  treeZip,
  where,
} from "../core/mod.ts";
import { accumulator, firstStep } from "./moments.ts";
import type { Optimizer } from "./optimizer.ts";

/** Options of `accumulate`. */
export type AccumulateOptions = {
  /** Gradients that make one step. */
  readonly every: number;
  /** Whether a step takes their mean, as a larger batch would, or their sum. Default true. */
  readonly mean?: boolean;
};

/** Gradients gathered since the last step, their average or sum, and the optimizer's own state. */
export type AccumulateState<S extends Tree> = {
  readonly gathered: Tensor;
  readonly grads: Tree;
  readonly inner: S;
};

/**
 * An optimizer that steps once for every `every` gradients and leaves the parameters alone between.
 *
 * Both outcomes are computed and one is chosen, so that one program serves every call. A loop that
 * knows where it is saves work by adding gradients up itself.
 *
 * @throws {RangeError} if `every` is no positive integer
 */
export function accumulate<S extends Tree>(
  optimizer: Optimizer<S>,
  options: AccumulateOptions,
): Optimizer<AccumulateState<S>> {
  const { every, mean = true } = options;
  if (!Number.isInteger(every) || every < 1) {
    throw new RangeError(`Cannot accumulate ${every} gradients: use a positive integer`);
  }
  return {
    init: (params) => ({
      gathered: firstStep(),
      grads: treeMap(accumulator, params),
      inner: optimizer.init(params),
    }),
    update: (grads, state, params) => {
      const gathered = add(state.gathered, 1);
      const sums = treeZip(
        ([g, sum]) => {
          const value = convert(g!, sum!.dtype);
          // a ← a + (g - a) / n keeps the mean of n gradients in range.
          return add(sum!, mean ? div(sub(value, sum!), convert(gathered, sum!.dtype)) : value);
        },
        grads,
        state.grads,
      );
      const full = equal(gathered, every);
      const [stepped, inner] = optimizer.update(sums, state.inner, params);
      const choose = ([after, before]: readonly Tensor[]): Tensor => where(full, after!, before!);
      return [treeZip(choose, stepped, params), {
        gathered: remainder(gathered, every),
        grads: treeMap((sum) => mul(sum, where(full, 0, 1)), sums),
        inner: treeZip(choose, inner, state.inner),
      }];
    },
  };
}
