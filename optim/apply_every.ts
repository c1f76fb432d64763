import {
  add,
  equal,
  mul,
  remainder,
  type Tensor,
  type Tree,
  treeMap,
  treeZip,
  where,
} from "../core/mod.ts";
import { accumulator, firstStep, widen } from "./moments.ts";
import type { Transform } from "./optimizer.ts";

/** Gradients since the last that went on, and their sum. */
export type ApplyEveryState = { readonly gathered: Tensor; readonly grads: Tree };

/**
 * Sums gradients and lets the sum go on once for every `every` of them; zeros between.
 *
 * What is behind it still takes a step at each call; `accumulate` is for optimizers that must not.
 *
 * @throws {RangeError} if `every` is no positive integer
 */
export function applyEvery(every: number): Transform<ApplyEveryState> {
  if (!Number.isInteger(every) || every < 1) {
    throw new RangeError(`Cannot apply every ${every} gradients: use a positive integer`);
  }
  return {
    kind: "transform",
    init: (params) => ({ gathered: firstStep(), grads: treeMap(accumulator, params) }),
    update: (grads, state) => {
      const kept = where(equal(state.gathered, 0), 0, 1);
      const sums: Tree = treeZip(
        ([g, sum]) => add(mul(kept, sum!), widen(g!)),
        grads,
        state.grads,
      );
      const shown = where(equal(state.gathered, every - 1), 1, 0);
      return [treeZip(([, sum]) => mul(shown, sum!), grads, sums), {
        gathered: remainder(add(state.gathered, 1), every),
        grads: sums,
      }];
    },
  };
}
