import { type Tree, type TreeDef, TreeError } from "../core/mod.ts";
import { applyGraph, trace, treeMatch, zerosOf } from "../core/internal.ts";
import { flattenTrees, rebuildTrees, resultLeaves } from "./_flat.ts";
import { transposeGraph } from "./transpose_graph.ts";

/**
 * The transpose of a linear function: ct to ctᵀ · f. Nothing is evaluated at `primals`: they only give
 * the types.
 *
 * @param f a function that is linear in its arguments
 * @param primals trees like its arguments
 * @throws {TypeError} if `f` is not linear, or async
 * @throws {TreeError} if a cotangent has not the structure of the result
 * @example Doubling is its own transpose
 * ```ts
 * import { mul, tensor, type Tensor } from "../mod.ts";
 * import { linearTranspose } from "./mod.ts";
 * const [x] = linearTranspose((x: Tensor) => mul(2, x), [tensor([1, 2])])(tensor([3, 4]));
 * if (x.shape[0] !== 2) throw new Error("unexpected shape");
 * ```
 */
export function linearTranspose<A extends readonly Tree[], B extends Tree>(
  f: (...args: A) => B,
  primals: readonly [...A],
): (ct: B) => A {
  const { leaves, counts, defs } = flattenTrees(primals);
  let outDef!: TreeDef;
  const { graph, captured } = trace((inputs) => {
    const result = f(...rebuildTrees(defs, counts, inputs) as unknown as A);
    const [results, def] = resultLeaves(result, "transpose");
    outDef = def!;
    return results;
  }, leaves.map((x) => x.aval));
  const linear = [...leaves.map(() => true), ...captured.map(() => false)];
  const transposed = transposeGraph(graph, linear, graph.outputs.map(() => true));
  return (ct) => {
    const given: typeof leaves = [];
    if (!treeMatch(ct, outDef, given)) {
      throw new TreeError(
        "Cannot transpose: the cotangent has not the structure of the function's result",
        "",
      );
    }
    const pulled = applyGraph(transposed.graph, [...captured, ...given]);
    let next = 0;
    const filled = leaves.map((x, i) =>
      transposed.cotangents[i] ? pulled[next++]! : zerosOf(x.aval)
    );
    return rebuildTrees(defs, counts, filled) as unknown as A;
  };
}
