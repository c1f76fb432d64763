import {
  add,
  cbrt,
  convert,
  div,
  mul,
  sqrt,
  square,
  sub,
  type Tensor,
  type Tree,
  treeMap,
  treeZip,
} from "../core/mod.ts";
import { addDecayedWeights, type DecayOptions } from "./decay.ts";
import { accumulator, firstStep, widen } from "./moments.ts";
import { type LearningRate, type Optimizer, rateAt } from "./optimizer.ts";

/** Options of `madgrad`. Weight decay is coupled: it is part of the gradient. */
export type MadgradOptions = DecayOptions & {
  /** How much of a parameter stays in a step. Default 0.9. */
  readonly momentum?: number;
  /** Added to the cubic root. Default 1e-6. */
  readonly eps?: number;
};

/** Steps taken, weighted sums of squared gradients and of gradients, and the first parameters. */
export type MadgradState = {
  readonly step: Tensor;
  readonly sumOfSquares: Tree;
  readonly sum: Tree;
  readonly start: Tree;
};

/**
 * MADGRAD: z = p₀ - s / (∛v + eps) and p ← momentum · p + (1 - momentum) · z, where s sums λ · g and v
 * sums λ · g² with λ = lr · √step.
 *
 * @param lr the learning rate, or a schedule
 * @see Defazio & Jelassi 2021, arXiv:2101.11075
 */
export function madgrad(
  lr: LearningRate,
  options: MadgradOptions = {},
): Optimizer<MadgradState> {
  const { momentum = 0.9, eps = 1e-6 } = options;
  const decay = addDecayedWeights(options);
  return {
    init: (params) => ({
      step: firstStep(),
      sumOfSquares: treeMap(accumulator, params),
      sum: treeMap(accumulator, params),
      start: treeMap((p) => add(accumulator(p), p), params),
    }),
    update: (grads, state, params) => {
      const step = add(state.step, 1);
      // As in optax, eps keeps the weight above 0 where a schedule begins there.
      const weight = mul(add(rateAt(lr, state.step), eps), sqrt(convert(step, "f32")));
      const [directions] = decay.update(grads, {}, params);
      const gather = (sum: Tree, f: (g: Tensor) => Tensor): Tree =>
        treeZip(([s, g]) => add(s!, mul(weight, f(widen(g!)))), sum, directions);
      const sumOfSquares = gather(state.sumOfSquares, square);
      const sum = gather(state.sum, (g) => g);
      const next = treeZip(
        ([p, start, s, v]) => {
          const z = sub(start!, div(s!, add(cbrt(v!), eps)));
          return convert(add(mul(1 - momentum, z), mul(momentum, widen(p!))), p!.dtype);
        },
        params,
        state.start,
        sum,
        sumOfSquares,
      );
      return [next, { step, sumOfSquares, sum, start: state.start }];
    },
  };
}
