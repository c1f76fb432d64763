import { add, div, mul, sqrt, type Tensor, type Tree, treeMap, treeZip } from "../core/mod.ts";
import { addDecayedWeights, type DecayOptions } from "./decay.ts";
import { accumulator, updateMoment, widen } from "./moments.ts";
import { chain, type LearningRate, type Optimizer, type Transform } from "./optimizer.ts";
import { sgd } from "./sgd.ts";

/** Options of `scaleByAdadelta`. */
export type ScaleByAdadeltaOptions = {
  /** Decay of both averages. Default 0.9. */
  readonly rho?: number;
  /** Added under the roots. Default 1e-6. */
  readonly eps?: number;
};

/** Options of `adadelta`. Weight decay is coupled: it is part of the gradient. */
export type AdadeltaOptions = ScaleByAdadeltaOptions & DecayOptions;

/** Running means of squared gradients and of squared directions. */
export type AdadeltaState = { readonly squares: Tree; readonly moves: Tree };

/**
 * The direction of Adadelta, d = g · √(E[d²] + eps) / √(E[g²] + eps): in the unit of a parameter.
 *
 * @see Zeiler 2012, arXiv:1212.5701, algorithm 1
 */
export function scaleByAdadelta(options: ScaleByAdadeltaOptions = {}): Transform<AdadeltaState> {
  const { rho = 0.9, eps = 1e-6 } = options;
  const root = (x: Tensor): Tensor => sqrt(add(x, eps));
  return {
    kind: "transform",
    init: (params) => ({
      squares: treeMap(accumulator, params),
      moves: treeMap(accumulator, params),
    }),
    update: (grads, state) => {
      const squares = updateMoment(state.squares, grads, { decay: rho, order: 2 });
      const directions = treeZip(
        ([g, square, move]) => mul(div(root(move!), root(square!)), widen(g!)),
        grads,
        squares,
        state.moves,
      );
      const moves = updateMoment(state.moves, directions, { decay: rho, order: 2 });
      return [directions, { squares, moves }];
    },
  };
}

/**
 * Adadelta: p ← p - lr · g · √(E[d²] + eps) / √(E[g²] + eps).
 *
 * @param lr the learning rate, commonly 1, or a schedule
 * @see Zeiler 2012, arXiv:1212.5701
 */
export function adadelta(lr: LearningRate, options: AdadeltaOptions = {}): Optimizer {
  return chain(addDecayedWeights(options), scaleByAdadelta(options), sgd(lr));
}
