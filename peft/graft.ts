import type { Tree } from "../core/mod.ts";
import { type Adapter, methodName } from "./adapter.ts";
import type { GraftOptions } from "./method.ts";
import { methodOf } from "./registry.ts";

/**
 * A parameter tree with an adapter in it. Nothing is computed and `params` stays as it is: the model
 * function gets the new tree and does not know.
 *
 * Graft several adapters one after the other and their changes add up.
 *
 * @param params the model's parameters, plain, quantised, or with other adapters in them
 * @param adapter from a method's `init`, or from a file
 * @param options `key` for dropout; `weight` for a part of the adapter, or one weight a row; `layout`
 * where names do not say what a module is
 * @throws {TreeError} if the adapter was made for another model
 * @example The model function gets the grafted tree
 * ```ts
 * import { key, tensor } from "../mod.ts";
 * import { linear } from "../nn/mod.ts";
 * import { graft, lora } from "./mod.ts";
 * const params = { q_proj: { weight: tensor([[1, 2], [3, 4]]) } };
 * const adapter = lora.init(key(0), params, { r: 1, target_modules: ["q_proj"] });
 * const y = linear(graft(params, adapter).q_proj, tensor([1, 1]));
 * if ((await y.data()).join() !== "3,7") throw new Error("a fresh adapter changes nothing");
 * ```
 */
export function graft<P extends Tree>(params: P, adapter: Adapter, options: GraftOptions = {}): P {
  return methodOf(methodName(adapter)).graft(params, adapter, options);
}
