import {
  add,
  all,
  greater,
  isFinite,
  logicalAnd,
  logicalOr,
  type Tensor,
  tensor,
  type Tree,
  treeLeaves,
  treeZip,
  where,
} from "../core/mod.ts";
import { firstStep } from "./moments.ts";
import type { Optimizer } from "./optimizer.ts";

/** Options of `applyIfFinite`. */
export type ApplyIfFiniteOptions = {
  /** After more bad gradients than this in a row, the next is applied as it is. */
  readonly maxConsecutiveErrors: number;
};

/** Bad gradients in a row and in all, whether the last was good, and the optimizer's state. */
export type ApplyIfFiniteState<S extends Tree = Tree> = {
  readonly notFinite: Tensor;
  readonly totalNotFinite: Tensor;
  readonly lastFinite: Tensor;
  readonly inner: S;
};

/**
 * An optimizer that leaves parameters and state alone where a gradient has a NaN or an infinity.
 *
 * Both outcomes are computed and one is chosen, so that one program serves every call.
 */
export function applyIfFinite<S extends Tree>(
  optimizer: Optimizer<S>,
  options: ApplyIfFiniteOptions,
): Optimizer<ApplyIfFiniteState<S>> {
  return {
    init: (params) => ({
      notFinite: firstStep(),
      totalNotFinite: firstStep(),
      lastFinite: tensor(true),
      inner: optimizer.init(params),
    }),
    update: (grads, state, params) => {
      const total = state.totalNotFinite;
      const finite = treeLeaves(grads)
        .map((g) => all(isFinite(g)))
        .reduce(logicalAnd, tensor(true));
      const notFinite = where(finite, 0, add(state.notFinite, 1));
      const applies = logicalOr(finite, greater(notFinite, options.maxConsecutiveErrors));
      const [stepped, inner] = optimizer.update(grads, state.inner, params);
      const choose = ([after, before]: readonly Tensor[]): Tensor =>
        where(applies, after!, before!);
      return [treeZip(choose, stepped, params), {
        notFinite,
        totalNotFinite: where(finite, total, add(total, 1)),
        lastFinite: finite,
        inner: treeZip(choose, inner, state.inner),
      }];
    },
  };
}
