import { add, mul, type Tensor, treeZip } from "../core/mod.ts";
import { type AdamOptions, type AdamState, scaleByAdam } from "./adam.ts";
import { descend, type LearningRate, type Optimizer, rateAt, widen } from "./optimizer.ts";

/** Options of `adamw`. */
export type AdamwOptions = AdamOptions & {
  /** Share of the parameter taken away, times the learning rate. Default 0.01, as in PyTorch. */
  readonly weightDecay?: number;
  /** Which parameters decay; all of them by default. */
  readonly decays?: DecayRule;
};

/** Whether the parameter at a path decays: commonly those with two axes or more. */
export type DecayRule = (path: string, param: Tensor) => boolean;

/**
 * AdamW: p ← p - lr · (m̂ / (√v̂ + eps) + weightDecay · p).
 *
 * The decay is multiplied by the learning rate, as in PyTorch and optax and unlike the paper.
 *
 * @param lr the learning rate, or a schedule
 * @see Loshchilov & Hutter 2017, arXiv:1711.05101
 * @example One step downhill
 * ```ts
 * import "../mod.ts";
 * import { tensor } from "../core/mod.ts";
 * import { adamw } from "./mod.ts";
 * const optimizer = adamw(0.1, { weightDecay: 0 });
 * const params = { w: tensor(1) };
 * const [next] = optimizer.update({ w: tensor(3) }, optimizer.init(params), params);
 * if (Math.abs(await next.w.item() - 0.9) > 1e-6) throw new Error("unexpected");
 * ```
 */
export function adamw(lr: LearningRate, options: AdamwOptions = {}): Optimizer<AdamState> {
  const { weightDecay = 1e-2, decays = () => true } = options;
  const direction = scaleByAdam(options);
  return {
    init: direction.init,
    update: (grads, state, params) => {
      const [directions, next] = direction.update(grads, state, params);
      const decayed = addDecay(directions, params, { weightDecay, decays });
      return [descend(params, decayed, { lr: rateAt(lr, state.step) }), next];
    },
  };
}

/** direction + weightDecay · p, where p decays. */
export function addDecay<P extends Parameters<Optimizer["init"]>[0]>(
  directions: P,
  params: P,
  options: { readonly weightDecay: number; readonly decays: DecayRule },
): P {
  const { weightDecay, decays } = options;
  if (weightDecay === 0) return directions;
  return treeZip(
    ([d, p], path) => decays(path, p!) ? add(d!, mul(weightDecay, widen(p!))) : d!,
    directions,
    params,
  );
}
