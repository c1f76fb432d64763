import { any, isNan, tensor, type Tree, treeMap, where } from "../core/mod.ts";
import type { Transform } from "./optimizer.ts";

/** For every leaf, whether its last gradient had a NaN. */
export type ZeroNansState = { readonly foundNan: Tree };

/** Zeros in the places of NaNs. */
export function zeroNans(): Transform<ZeroNansState> {
  return {
    kind: "transform",
    init: (params) => ({ foundNan: treeMap(() => tensor(false), params) }),
    update: (grads) => {
      const foundNan: Tree = treeMap((g) => any(isNan(g)), grads);
      return [treeMap((g) => where(isNan(g), 0, g), grads), { foundNan }];
    },
  };
}
