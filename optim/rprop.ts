import {
  add,
  clamp,
  equal,
  greater,
  less,
  mul,
  sign,
  type Tensor,
  type Tree,
  treeMap,
  treeZip,
  where,
} from "../core/mod.ts";
import { descent } from "./_descent.ts";
import { accumulator, widen } from "./moments.ts";
import type { Optimizer, Transform } from "./optimizer.ts";

/** Options of `rprop`. */
export type RpropOptions = {
  /** Factor of a step where the gradient turned. Default 0.5. */
  readonly etaMinus?: number;
  /** Factor of a step where it did not. Default 1.2. */
  readonly etaPlus?: number;
  /** Least size of a step. Default 1e-6. */
  readonly minStepSize?: number;
  /** Largest size of a step. Default 50. */
  readonly maxStepSize?: number;
  /** Whether every step is taken one update later, as optax 0.2 does. Default false. */
  readonly delayed?: boolean;
};

/** Sizes of the steps, and the steps before. */
export type RpropState = { readonly stepSizes: Tree; readonly previous: Tree };

/**
 * The steps of Rprop, s · sign(g): s grows while a gradient keeps its sign, shrinks where it turned,
 * and there no step is taken.
 *
 * @param stepSize the size of the first steps
 * @see Riedmiller & Braun 1993, "A direct adaptive method for faster backpropagation learning"
 */
export function scaleByRprop(
  stepSize: number,
  options: RpropOptions = {},
): Transform<RpropState> {
  const { etaMinus = 0.5, etaPlus = 1.2, minStepSize = 1e-6, maxStepSize = 50 } = options;
  return {
    kind: "transform",
    init: (params) => ({
      stepSizes: treeMap((p) => add(accumulator(p), stepSize), params),
      previous: treeMap(accumulator, params),
    }),
    update: (grads, state) => {
      const turns = treeZip(([g, d]) => mul(widen(g!), sign(d!)), grads, state.previous);
      const stepSizes = treeZip(
        ([s, turn]) => {
          // No gradient now, or no step before: there is nothing to compare.
          const grown = where(greater(turn!, 0), etaPlus, etaMinus);
          const changed = clamp(mul(s!, grown), minStepSize, maxStepSize);
          return where(equal(turn!, 0), s!, changed);
        },
        state.stepSizes,
        turns,
      );
      const steps = treeZip(
        ([g, turn, s]) => where(less(turn!, 0), 0, mul(s!, sign(widen(g!)))),
        grads,
        turns,
        stepSizes,
      );
      const late = ([turn, step]: readonly Tensor[]): Tensor => where(less(turn!, 0), 0, step!);
      const shown = options.delayed ? treeZip(late, turns, state.previous) : steps;
      return [shown, { stepSizes, previous: steps }];
    },
  };
}

/**
 * Rprop: p ← p - s · sign(g), with a step size for every element.
 *
 * For full batches: it heeds the signs of gradients alone.
 *
 * @param stepSize the size of the first steps
 * @see Riedmiller & Braun 1993, "A direct adaptive method for faster backpropagation learning"
 */
export function rprop(
  stepSize: number,
  options: RpropOptions = {},
): Optimizer<RpropState & { readonly step: Tensor }> {
  return descent(scaleByRprop(stepSize, options), 1);
}
