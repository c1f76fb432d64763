import { add, equal, mul, type Tensor, type Tree, treeMap, treeZip, where } from "../core/mod.ts";
import { accumulator, firstStep, widen } from "./moments.ts";
import type { Transform } from "./optimizer.ts";

/** Options of `trace`. */
export type TraceOptions = {
  /** Decay of the running sum. */
  readonly decay: number;
  /** Whether to look ahead by one step: the direction is g + decay · t. Default false. */
  readonly nesterov?: boolean;
  /** Share of a gradient that does not enter the sum, the first excepted. Default 0. */
  readonly dampening?: number;
};

/** The running sum of gradients, in float32, and steps taken where dampening asks for them. */
export type TraceState = { readonly step?: Tensor; readonly trace: Tree };

/**
 * Momentum: t ← g + decay · t, and t is the direction.
 *
 * With `dampening`, as in PyTorch, t ← (1 - dampening) · g + decay · t, but t ← g at first.
 *
 * @see Sutskever et al. 2013, "On the importance of initialization and momentum in deep learning"
 */
export function trace(options: TraceOptions): Transform<TraceState> {
  const { decay, nesterov = false, dampening = 0 } = options;
  const follow = ([g, t]: readonly Tensor[]): Tensor => add(widen(g!), mul(decay, t!));
  return {
    kind: "transform",
    init: (params) => ({
      ...(dampening !== 0 && { step: firstStep() }),
      trace: treeMap(accumulator, params),
    }),
    update: (grads, state) => {
      const { step } = state;
      const share = step && where(equal(step, 0), 1, 1 - dampening);
      const entering = share ? treeMap((g) => mul(share, widen(g)), grads) : grads;
      const sums = treeZip(follow, entering, state.trace);
      const directions = nesterov ? treeZip(follow, grads, sums) : sums;
      return [directions, { ...(step && { step: add(step, 1) }), trace: sums }];
    },
  };
}
