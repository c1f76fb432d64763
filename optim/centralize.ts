import { mean, sub, treeMap } from "../core/mod.ts";
import { stateless } from "./identity.ts";
import { widen } from "./moments.ts";
import type { EmptyState, Transform } from "./optimizer.ts";

/**
 * Subtracts from gradients of two axes or more their mean over all axes but the first.
 *
 * @see Yong et al. 2020, arXiv:2004.01461
 */
export function centralize(): Transform<EmptyState> {
  return stateless((grads) =>
    treeMap((g) => {
      const axes = g.shape.map((_, axis) => axis).slice(1);
      return axes.length === 0 ? g : sub(widen(g), mean(widen(g), { axes, keepDims: true }));
    }, grads)
  );
}
