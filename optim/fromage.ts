import { add, convert, div, mul, sqrt, sub, type Tensor, treeZip } from "../core/mod.ts";
import { firstStep, widen } from "./moments.ts";
import { type LearningRate, type Optimizer, rateAt } from "./optimizer.ts";
import { scaleByTrustRatio } from "./trust_ratio.ts";

/** Options of `fromage`. */
export type FromageOptions = {
  /** Norms of parameters and gradients are taken for at least this. Default 1e-6. */
  readonly minNorm?: number;
};

/**
 * Fromage: p ← (p - lr · g · ‖p‖ / ‖g‖) / √(1 + lr²), leaf by leaf: a relative step without growth.
 *
 * @param lr the learning rate, or a schedule
 * @see Bernstein et al. 2020, arXiv:2002.03432
 */
export function fromage(
  lr: LearningRate,
  options: FromageOptions = {},
): Optimizer<{ readonly step: Tensor }> {
  const { minNorm = 1e-6 } = options;
  const relative = scaleByTrustRatio({ minNorm });
  return {
    init: () => ({ step: firstStep() }),
    update: (grads, { step }, params) => {
      const rate = rateAt(lr, step);
      const shrink = sqrt(add(1, mul(rate, rate)));
      const [directions] = relative.update(grads, {}, params);
      const next = treeZip(
        ([p, d]) => convert(div(sub(widen(p!), mul(rate, d!)), shrink), p!.dtype),
        params,
        directions,
      );
      return [next, { step: add(step, 1) }];
    },
  };
}
