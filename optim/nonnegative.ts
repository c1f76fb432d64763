import { maximum, type Tree, treeMap } from "../core/mod.ts";
import type { Optimizer } from "./optimizer.ts";

/** An optimizer whose parameters stop at zero: p ← max(p, 0) after every step. */
export function keepParamsNonnegative<S extends Tree>(optimizer: Optimizer<S>): Optimizer<S> {
  return {
    init: optimizer.init,
    update: (grads, state, params) => {
      const [stepped, next] = optimizer.update(grads, state, params);
      return [treeMap((p) => maximum(p, 0), stepped), next];
    },
  };
}
