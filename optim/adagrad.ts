import {
  add,
  greater,
  mul,
  reciprocal,
  rsqrt,
  sqrt,
  square,
  type Tensor,
  type Tree,
  treeMap,
  treeZip,
  where,
} from "../core/mod.ts";
import { descent } from "./_descent.ts";
import { accumulator, widen } from "./moments.ts";
import type { LearningRate, Optimizer, Transform } from "./optimizer.ts";

/** Options of `adagrad`. */
export type AdagradOptions = {
  /** What the sums of squares begin with. Default 0.1; PyTorch's is 0. */
  readonly initialAccumulatorValue?: number;
  /** Added under the root, or to it. Default 1e-7. */
  readonly eps?: number;
  /** Whether eps is under the root; PyTorch adds it to the root. Default true. */
  readonly epsInSqrt?: boolean;
};

/** Sums of squared gradients. */
export type RssState = { readonly sumOfSquares: Tree };

/**
 * The direction of AdaGrad, g / √(Σ g² + eps), and 0 where no gradient was met.
 *
 * @see Duchi et al. 2011, "Adaptive subgradient methods"
 */
export function scaleByRss(options: AdagradOptions = {}): Transform<RssState> {
  const { initialAccumulatorValue = 0.1, eps = 1e-7, epsInSqrt = true } = options;
  return {
    kind: "transform",
    init: (params) => ({
      sumOfSquares: treeMap((p) => add(accumulator(p), initialAccumulatorValue), params),
    }),
    update: (grads, state) => {
      const sumOfSquares = treeZip(
        ([sum, g]) => add(square(widen(g!)), sum!),
        state.sumOfSquares,
        grads,
      );
      const directions = treeZip(
        ([g, sum]) => {
          const inverse = epsInSqrt ? rsqrt(add(sum!, eps)) : reciprocal(add(sqrt(sum!), eps));
          return mul(where(greater(sum!, 0), inverse, 0), widen(g!));
        },
        grads,
        sumOfSquares,
      );
      return [directions, { sumOfSquares }];
    },
  };
}

/**
 * AdaGrad: p ← p - lr · g / √(Σ g² + eps).
 *
 * @param lr the learning rate, or a schedule
 * @see Duchi et al. 2011, "Adaptive subgradient methods"
 */
export function adagrad(
  lr: LearningRate,
  options: AdagradOptions = {},
): Optimizer<RssState & { readonly step: Tensor }> {
  return descent(scaleByRss(options), lr);
}
