import { isFloat, type Tree, type TreeDef, treeUnflatten } from "../core/mod.ts";
import { zerosOf } from "../core/internal.ts";
import { flattenTrees, linearizeFlat, rebuildTrees, resultLeaves } from "./_flat.ts";
import { matchTangents } from "./jvp.ts";

/**
 * The result of `f` at `primals` and the linear map dx to f'(primals) · dx. What does not depend on
 * dx runs once for any number of tangents.
 *
 * @param f a function of trees that returns a tree
 * @param primals its arguments
 * @throws as `jvp`
 * @example The linear map of x²
 * ```ts
 * import { mul, tensor, type Tensor } from "../mod.ts";
 * import { linearize } from "./mod.ts";
 * const [y, push] = linearize((x: Tensor) => mul(x, x), [tensor(3)]);
 * if (y.shape.length + push(tensor(1)).shape.length !== 0) throw new Error("unexpected shapes");
 * ```
 */
export function linearize<A extends readonly Tree[], B extends Tree>(
  f: (...args: A) => B,
  primals: readonly [...A],
): readonly [value: B, push: (...tangents: A) => B] {
  const { leaves, counts, defs } = flattenTrees(primals);
  let outDef!: TreeDef;
  const { outputs, push } = linearizeFlat(
    (inputs) => {
      const result = f(...rebuildTrees(defs, counts, inputs) as unknown as A);
      const [results, def] = resultLeaves(result, "differentiate");
      outDef = def!;
      return results;
    },
    leaves,
    leaves.map((leaf) => isFloat(leaf.dtype)),
  );
  const pushForward = (...tangents: A): B => {
    const moving = matchTangents(tangents, defs, leaves).filter((dx) => dx !== null);
    const moved = push(moving).map((dy, i) => dy ?? zerosOf(outputs[i]!.aval));
    return treeUnflatten(outDef, moved) as B;
  };
  return [treeUnflatten(outDef, outputs) as B, pushForward];
}
