import {
  isStructured,
  isTensor,
  STRUCTURED,
  type StructuredWeight,
  type Tensor,
  type Tree,
} from "../core/mod.ts";
import { HELD, heldTensors } from "../core/internal.ts";
import { join } from "./_paths.ts";

/**
 * A tensor that an adapter needs and does not train, such as random projections or indices.
 *
 * It belongs to the structure of the adapter, as its configuration does, and is no leaf: gradients,
 * optimizers and counts pass it by, and jit takes it as a value from outside. `scope` keeps it with
 * the adapter that it returns; `dispose` leaves it, since adapters made of this one have it too.
 */
export type Frozen = StructuredWeight;

const KIND = "frozen";

/** The id tells structures with different tensors apart. */
type FrozenStatics = { readonly id: number; readonly [HELD]: Tensor };

/** `x` as a part of an adapter that is not trained. */
export function frozen(x: Tensor): Frozen {
  const statics: FrozenStatics = { id: x.id, [HELD]: x };
  return { [STRUCTURED]: true, kind: KIND, fields: {}, statics };
}

/** Whether `x` is a frozen tensor. */
export function isFrozen(x: unknown): x is Frozen {
  return isStructured(x) && x.kind === KIND;
}

/** A tensor, frozen or not. */
export function thaw(x: Tensor | Frozen): Tensor {
  return isTensor(x) ? x : heldTensors(x)[0]!;
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
