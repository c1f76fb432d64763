import { add, full, type Tensor, type Tree } from "../core/mod.ts";
import { firstStep } from "./moments.ts";
import { type Optimizer, rateAt, type Schedule } from "./optimizer.ts";

/** Values of hyperparameters by name. */
export type Hyperparams = { readonly [name: string]: Tensor };

/** Steps taken, the hyperparameters of the last step, and the optimizer's own state. */
export type InjectState = {
  readonly step: Tensor;
  readonly hyperparams: Hyperparams;
  readonly inner: Tree;
};

/**
 * An optimizer whose hyperparameters are tensors of its state: a loop may replace them between the
 * steps of one compiled program, and a log may read them. Those with a schedule follow it.
 *
 * @param make the optimizer for given values, such as `({ lr }) => adamw(lr)`; it is called at every
 *   trace, and its state must not depend on them
 * @param hyperparams first values, or schedules, by name
 * @example A learning rate that is lowered by hand
 * ```ts
 * import "../mod.ts";
 * import { tensor } from "../core/mod.ts";
 * import { injectHyperparams, sgd } from "./mod.ts";
 * const optimizer = injectHyperparams(({ lr }) => sgd(lr!), { lr: 1 });
 * const params = { w: tensor(1) };
 * const state = { ...optimizer.init(params), hyperparams: { lr: tensor(0.25) } };
 * const [next] = optimizer.update({ w: tensor(1) }, state, params);
 * if (await next.w.item() !== 0.75) throw new Error("unexpected");
 * ```
 */
export function injectHyperparams(
  make: (values: Hyperparams) => Optimizer,
  hyperparams: { readonly [name: string]: number | Schedule },
): Optimizer<InjectState> {
  const values = (step: Tensor, last?: Hyperparams): Hyperparams =>
    Object.fromEntries(
      Object.entries(hyperparams).map(([name, value]) => {
        if (typeof value === "number") return [name, last?.[name] ?? full([], value)];
        return [name, rateAt(value, step) as Tensor];
      }),
    );
  return {
    init: (params) => {
      const step = firstStep();
      const first = values(step);
      return { step, hyperparams: first, inner: make(first).init(params) };
    },
    update: (grads, state, params) => {
      const now = values(state.step, state.hyperparams);
      const [next, inner] = make(now).update(grads, state.inner, params);
      return [next, { step: add(state.step, 1), hyperparams: now, inner }];
    },
  };
}
