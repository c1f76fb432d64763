import { add, div, treeMap } from "../core/mod.ts";
import { globalNorm } from "./clip.ts";
import { stateless } from "./identity.ts";
import { widen } from "./moments.ts";
import type { EmptyState, Transform } from "./optimizer.ts";

/** Options of `normalizeByUpdateNorm`. */
export type NormalizeOptions = {
  /** The global norm of the result. Default 1. */
  readonly scaleFactor?: number;
  /** Added to the norm. Default 1e-6. */
  readonly eps?: number;
};

/** d ← d · scaleFactor / (‖d‖ + eps), with the norm over all leaves. */
export function normalizeByUpdateNorm(options: NormalizeOptions = {}): Transform<EmptyState> {
  const { scaleFactor = 1, eps = 1e-6 } = options;
  return stateless((grads) => {
    const norm = div(add(globalNorm(grads), eps), scaleFactor);
    return treeMap((g) => div(widen(g), norm), grads);
  });
}
