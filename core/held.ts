import { HELD, isStructured, type Tree } from "./structured.ts";
import { isTensor, type Tensor } from "./tensor.ts";

/** The tensors that structured weights of a tree hold in their statics: no leaves, but part of it. */
export function heldTensors(tree: Tree): Tensor[] {
  const held: Tensor[] = [];
  const visit = (node: Tree | undefined): void => {
    if (node === undefined || isTensor(node)) return;
    if (!isStructured(node)) return void Object.values<Tree | undefined>(node).forEach(visit);
    const { [HELD]: own } = node.statics as { readonly [HELD]?: Tensor };
    if (own) held.push(own);
    visit(node.fields);
  };
  visit(tree);
  return held;
}
