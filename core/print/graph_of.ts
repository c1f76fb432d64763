import type { Graph } from "../graph.ts";
import { refusePromise } from "../jit.ts";
import type { Tree } from "../structured.ts";
import type { Tensor } from "../tensor.ts";
import { fixNumbers, trace } from "../trace.ts";
import { treeFlatten, treeLeaves, treeUnflatten } from "../tree.ts";

/**
 * The Graph of a function for arguments like these, to look at: its operations, one a line, with
 * types. Tensors that the function takes from outside are further inputs.
 *
 * @param f a function of trees of tensors, as for `jit`
 * @throws {TypeError} if `f` is async
 * @example The operations of a function and of its gradient
 * ```ts
 * import { graphOf, mul, sin, sum, tensor, type Tensor } from "../../mod.ts";
 *
 * const graph = graphOf((x: Tensor) => sum(mul(x, sin(x))))(tensor([1, 2]));
 * if (!String(graph).includes("sin")) throw new Error(String(graph));
 * ```
 */
export function graphOf<A extends readonly Tree[]>(
  f: (...args: A) => Tree,
): (...args: A) => Graph {
  return (...args) => {
    const [leaves, def] = treeFlatten(args);
    const along = (inputs: readonly Tensor[]): Tensor[] => {
      const result = f(...treeUnflatten(def, inputs) as unknown as A);
      refusePromise(result, "trace");
      return treeLeaves(result);
    };
    const { graph, captured } = trace(along, leaves.map((x) => x.aval));
    return fixNumbers(graph, captured, captured.map(() => true)).graph;
  };
}
