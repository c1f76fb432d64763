import { add, mul, type Tensor, treeZip } from "../core/mod.ts";
import { identity, stateless } from "./identity.ts";
import { widen } from "./moments.ts";
import type { EmptyState, Transform } from "./optimizer.ts";

/** Whether the parameter at a path decays: commonly those with two axes or more. */
export type DecayRule = (path: string, param: Tensor) => boolean;

/** How much of the parameters is taken away at every step. */
export type DecayOptions = {
  /** Share of the parameter taken away, times the learning rate. Default 0. */
  readonly weightDecay?: number;
  /** Which parameters decay; all of them by default. */
  readonly decays?: DecayRule;
};

/**
 * d ← d + weightDecay · p.
 *
 * Behind a direction this is the decoupled decay of AdamW; in front of one it is the gradient of
 * ½ · weightDecay · p², which PyTorch calls `weight_decay` in its older optimizers.
 *
 * @see Loshchilov & Hutter 2017, arXiv:1711.05101
 */
export function addDecayedWeights(options: DecayOptions): Transform<EmptyState> {
  const { weightDecay = 0, decays = () => true } = options;
  if (weightDecay === 0) return identity();
  return stateless((directions, params) =>
    treeZip(
      ([d, p], path) => decays(path, p!) ? add(d!, mul(weightDecay, widen(p!))) : d!,
      directions,
      params,
    )
  );
}
