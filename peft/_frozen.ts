import {
  isStructured,
  isTensor,
  STRUCTURED,
  type StructuredWeight,
  type Tensor,
  type Tree,
} from "../core/mod.ts";
import { join } from "./layout.ts";

/**
 * A tensor that an adapter needs and does not train, such as random projections or indices.
 *
 * It belongs to the structure of the adapter, as its configuration does, and is no leaf: gradients,
 * optimizers and counts pass it by, and jit takes it as a value from outside. `scope` does not see
 * it either: make or read such an adapter before the scope that uses it.
 */
export type Frozen = StructuredWeight;

const KIND = "frozen";
const VALUE: unique symbol = Symbol("the frozen tensor");

/** The id tells structures with different tensors apart; the tensor itself is no JSON. */
type FrozenStatics = { readonly id: number; readonly [VALUE]: Tensor };

/** `x` as a part of an adapter that is not trained. */
export function frozen(x: Tensor): Frozen {
  const statics: FrozenStatics = { id: x.id, [VALUE]: x };
  return { [STRUCTURED]: true, kind: KIND, fields: {}, statics };
}

/** Whether `x` is a frozen tensor. */
export function isFrozen(x: unknown): x is Frozen {
  return isStructured(x) && x.kind === KIND;
}

/** A tensor, frozen or not. */
export function thaw(x: Tensor | Frozen): Tensor {
  return isTensor(x) ? x : (x.statics as unknown as FrozenStatics)[VALUE];
}

/** Every tensor of a tree by its path, frozen ones included. */
export function entriesWithFrozen(tree: Tree): readonly (readonly [path: string, x: Tensor])[] {
  const entries: (readonly [string, Tensor])[] = [];
  const visit = (node: Tree, path: string): void => {
    if (isTensor(node) || isFrozen(node)) {
      entries.push([path, thaw(node)]);
      return;
    }
    const children = isStructured(node) ? node.fields : node;
    for (const [name, child] of Object.entries(children)) {
      if (child !== undefined) visit(child as Tree, join(path, name));
    }
  };
  visit(tree, "");
  return entries;
}
