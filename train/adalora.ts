import { tensor, type Tree } from "../core/mod.ts";
import type { Optimizer } from "../optim/mod.ts";
import {
  type AdaloraAdapter,
  adaloraAllocate,
  type AdaloraState,
  adaloraState,
  isAdapter,
  methodName,
} from "../peft/mod.ts";

/** State of an optimizer that allocates ranks: that of the optimizer, and of the allocation. */
export type AllocationState<S extends Tree = Tree> = {
  readonly optimizer: S;
  readonly allocation: AdaloraState;
};

/**
 * An optimizer of an AdaLoRA adapter that allocates its ranks after every step. Ranks are masked, so
 * shapes stay and the compiled step is one for the whole training; `adaloraFinish` with the state's
 * `allocation` takes the masked ranks out at the end.
 *
 * Steps are counted from 1: the last of `total_step` fixes the choice even where tfinal is 0.
 *
 * @throws {TypeError} in `init`, if what is trained is no AdaLoRA adapter or has no total_step
 */
export function allocatingRanks<S extends Tree>(
  optimizer: Optimizer<S>,
): Optimizer<AllocationState<S>> {
  return {
    init: (params) => {
      const state = adaloraState(asAdalora(params));
      const allocation = { ...state, step: tensor(1, { dtype: "i32" }) };
      return { optimizer: optimizer.init(params), allocation };
    },
    update: <P extends Tree>(grads: P, state: AllocationState<S>, params: P) => {
      const [stepped, next] = optimizer.update(grads, state.optimizer, params);
      const [allocated, allocation] = adaloraAllocate(
        asAdalora(stepped),
        asAdalora(grads),
        state.allocation,
      );
      return [allocated as Tree as P, { optimizer: next, allocation }];
    },
  };
}

/** Whether what is trained is an AdaLoRA adapter. */
export function isAdalora(params: Tree): params is AdaloraAdapter {
  return isAdapter(params) && methodName(params) === "adalora";
}

function asAdalora(params: Tree): AdaloraAdapter {
  if (isAdalora(params)) return params;
  throw new TypeError(
    `Cannot allocate ranks: what is trained is no AdaLoRA adapter; use the optimizer as it is`,
  );
}
