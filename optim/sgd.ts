import type { Tensor, Tree } from "../core/mod.ts";
import { descent } from "./_descent.ts";
import { identity } from "./identity.ts";
import type { LearningRate, Optimizer } from "./optimizer.ts";
import { trace } from "./trace.ts";

/** Options of `sgd`. */
export type SgdOptions = {
  /** Decay of the running sum of gradients; 0 keeps none. Default 0. */
  readonly momentum?: number;
  /** Whether to look ahead by one step of the momentum. Default false. */
  readonly nesterov?: boolean;
  /** Share of a gradient that does not enter the sum, the first excepted. Default 0. */
  readonly dampening?: number;
};

/** Steps taken, and the running sum of gradients if there is momentum. */
export type SgdState = { readonly step: Tensor; readonly trace?: Tree };

/**
 * Stochastic gradient descent: p ← p - lr · t with t ← g + momentum · t.
 *
 * With `nesterov` the step is g + momentum · t. Behind other transformations it is the step along
 * their direction.
 *
 * @param lr the learning rate, or a schedule
 */
export function sgd(lr: LearningRate, options: SgdOptions = {}): Optimizer<SgdState> {
  const { momentum = 0, ...rest } = options;
  if (momentum === 0) return descent(identity(), lr);
  return descent(trace({ ...rest, decay: momentum }), lr);
}
