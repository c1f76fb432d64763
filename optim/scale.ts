import { add, mul, type Tensor, type Tree, treeMap } from "../core/mod.ts";
import { firstStep, widen } from "./moments.ts";
import { type LearningRate, rateAt, type Transform } from "./optimizer.ts";

/** Steps taken, where a schedule asks for them. */
export type ScaleState = { readonly step?: Tensor };

/**
 * d ← factor · d, where the factor may follow a schedule.
 *
 * The sign stays: an optimizer subtracts what the last transformation returns.
 */
export function scale(factor: LearningRate): Transform<ScaleState> {
  const scaled = <P extends Tree>(grads: P, by: Tensor | number): P =>
    treeMap((g) => mul(by, widen(g)), grads);
  return {
    kind: "transform",
    init: () => typeof factor === "function" ? { step: firstStep() } : {},
    update: (grads, { step }) =>
      step
        ? [scaled(grads, rateAt(factor, step)), { step: add(step, 1) }]
        : [scaled(grads, factor as Tensor | number), {}],
  };
}
