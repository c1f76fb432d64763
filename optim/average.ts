import { add, convert, mul, sub, type Tensor, type Tree, treeMap, treeZip } from "../core/mod.ts";
import { accumulator, biasCorrection, firstStep, updateMoment, widen } from "./moments.ts";
import type { Optimizer } from "./optimizer.ts";

/**
 * stepSize · new + (1 - stepSize) · old, leaf by leaf: a target network, or an average of parameters.
 *
 * @param fresh the tree to move towards
 * @param old the tree so far
 */
export function incrementalUpdate<P extends Tree>(
  fresh: P,
  old: P,
  options: { readonly stepSize: number | Tensor },
): P {
  const { stepSize } = options;
  return treeZip(
    ([a, b]) => {
      const mixed = add(mul(stepSize, widen(a!)), mul(sub(1, stepSize), widen(b!)));
      return convert(mixed, b!.dtype);
    },
    fresh,
    old,
  );
}

/** Steps taken, the running mean of parameters in float32, and the optimizer's own state. */
export type AverageState<S extends Tree = Tree> = {
  readonly step: Tensor;
  readonly average: Tree;
  readonly inner: S;
};

/**
 * An optimizer that keeps a running mean of its parameters, a ← decay · a + (1 - decay) · p, for
 * `averagedParams` to evaluate and save.
 *
 * @see Polyak & Juditsky 1992, "Acceleration of stochastic approximation by averaging"
 * @example The mean of two steps
 * ```ts
 * import "../mod.ts";
 * import { tensor } from "../core/mod.ts";
 * import { averaging, averagedParams, sgd } from "./mod.ts";
 * const optimizer = averaging(sgd(1), { decay: 0.5 });
 * let params = { w: tensor(0) };
 * let state = optimizer.init(params);
 * for (let i = 0; i < 2; i++) {
 *   [params, state] = optimizer.update({ w: tensor(-3) }, state, params);
 * }
 * const mean = await averagedParams(params, state, { decay: 0.5 }).w.item();
 * if (Math.abs(mean - 5) > 1e-6) throw new Error("unexpected"); // (0.25 · 3 + 0.5 · 6) / 0.75
 * ```
 */
export function averaging<S extends Tree>(
  optimizer: Optimizer<S>,
  options: { readonly decay: number },
): Optimizer<AverageState<S>> {
  return {
    init: (params) => ({
      step: firstStep(),
      average: treeMap(accumulator, params),
      inner: optimizer.init(params),
    }),
    update: (grads, state, params) => {
      const [next, inner] = optimizer.update(grads, state.inner, params);
      const average = updateMoment(state.average, next, options);
      return [next, { step: add(state.step, 1), average, inner }];
    },
  };
}

/** The mean of the parameters of an `averaging` run, corrected for its start at zero. */
export function averagedParams<P extends Tree>(
  params: P,
  state: AverageState,
  options: { readonly decay: number },
): P {
  const means = biasCorrection(state.average, { ...options, step: state.step });
  return treeZip(([p, mean]) => convert(mean!, p!.dtype), params, means);
}
