import { add, type Tensor, type Tree } from "../core/mod.ts";
import { firstStep } from "./moments.ts";
import {
  descend,
  type EmptyState,
  type LearningRate,
  type Optimizer,
  rateAt,
  type Transform,
} from "./optimizer.ts";

/** A state with names. */
type Named = { readonly [name: string]: Tree };

/**
 * p ← p - lr · d, where `direction` makes d of the gradients: as `chain(direction, sgd(lr))`, but in
 * one flat state whose only count of steps serves the direction and the schedule.
 */
export function descent<S extends Named>(
  direction: Transform<S>,
  lr: LearningRate,
): Optimizer<S & { readonly step: Tensor }> {
  return {
    init: (params) => ({ step: firstStep(), ...direction.init(params) }),
    update: (grads, state, params) => {
      const [directions, next] = direction.update(grads, state, params);
      const moved = descend(params, directions, { lr: rateAt(lr, state.step) });
      return [moved, { step: add(state.step, 1), ...next }];
    },
  };
}

/** As `chain`, of a direction and transformations without a state: its state is the direction's. */
export function followedBy<S extends Tree>(
  direction: Transform<S>,
  ...others: readonly Transform<EmptyState>[]
): Transform<S> {
  return {
    kind: "transform",
    init: direction.init,
    update: (grads, state, params) => {
      const [directions, next] = direction.update(grads, state, params);
      const last = others.reduce((d, other) => other.update(d, {}, params)[0], directions);
      return [last, next];
    },
  };
}
