import { type Tree, treeMap, zerosLike } from "../core/mod.ts";
import type { EmptyState, Transform } from "./optimizer.ts";

/** A transformation of gradients that keeps no state. */
export function stateless(
  f: <P extends Tree>(grads: P, params: P) => P,
): Transform<EmptyState> {
  return {
    kind: "transform",
    init: () => ({}),
    update: (grads, _, params) => [f(grads, params), {}],
  };
}

/** Leaves gradients as they are. */
export function identity(): Transform<EmptyState> {
  return stateless((grads) => grads);
}

/** Zeros instead of gradients: what is behind it does not move. */
export function setToZero(): Transform<EmptyState> {
  return stateless((grads) => treeMap((g) => zerosLike(g), grads));
}
