import { dense, isStructured, isTensor, neg, tensor, type Tree } from "../core/mod.ts";
import { type Adapter, configOf, methodName } from "./adapter.ts";
import { graft } from "./graft.ts";
import type { GraftOptions } from "./method.ts";
import { methodOf } from "./registry.ts";

/**
 * The plain parameter tree that computes what the grafted one does: every structured weight as one
 * tensor. A quantised base comes out in the dtype that it stands for.
 *
 * Dropout has no part in it. An adapter on an embedding that is also the output layer changes both
 * once merged, as in PEFT.
 *
 * @throws {TypeError} if the adapter cannot be merged (one weight a row, groups of a convolution)
 */
export function merge<P extends Tree>(params: P, adapter: Adapter, options: GraftOptions = {}): P {
  const { key: _key, ...rest } = options;
  const method = methodOf(methodName(adapter));
  if (method.kind === "inputs") {
    throw new TypeError(
      `Cannot merge an adapter of ${method.name}: it adds inputs and leaves the weights alone; ` +
        `keep it grafted`,
    );
  }
  return densify(graft(params, adapter, rest));
}

/**
 * Takes a merged adapter out again: exact up to rounding. Keeping the tree that `merge` was given is
 * exact and free.
 *
 * @throws {TypeError} if the adapter is not a sum with the weights: DoRA, trained biases or modules
 */
export function unmerge<P extends Tree>(
  params: P,
  adapter: Adapter,
  options: GraftOptions = {},
): P {
  const { weight = tensor(1) } = options;
  const { replaced = {} } = adapter.fields as { readonly replaced?: Tree };
  if (configOf(adapter).use_dora === true || Object.keys(replaced).length > 0) {
    throw new TypeError(
      `Cannot unmerge a ${adapter.kind} that scales or replaces base tensors: they are not in the ` +
        `merged tree any more; keep the tree that merge was given`,
    );
  }
  return merge(params, adapter, { ...options, weight: neg(weight) });
}

/** Every structured weight of the tree as its plain tensor. */
export function densify<P extends Tree>(params: P): P {
  const visit = (node: Tree): Tree => {
    if (isTensor(node)) return node;
    if (isStructured(node)) return dense(node);
    if (Array.isArray(node)) return node.map(visit);
    const entries = Object.entries(node).filter(([, child]) => child !== undefined);
    return Object.fromEntries(entries.map(([name, child]) => [name, visit(child as Tree)]));
  };
  return visit(params) as P;
}
