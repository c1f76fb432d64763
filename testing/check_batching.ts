import { vmap } from "../autodiff/mod.ts";
import { stack, type Tensor, type Tree, treeFlatten, treeUnflatten } from "../core/mod.ts";
import { assertClose, type Tolerance } from "./assert_close.ts";

/**
 * Fails unless `vmap(f)` of stacked arguments is the stack of the results.
 *
 * @param f from trees to a tree
 * @param rows arguments for `f`, at least one list; all of the same structure and shapes
 * @param tolerance of the comparison
 */
export async function checkBatching<A extends readonly Tree[]>(
  f: (...args: A) => Tree,
  rows: readonly (readonly [...A])[],
  tolerance: Tolerance = {},
): Promise<void> {
  const together = stackTrees(rows.map((row) => [...row])) as unknown as A;
  const expected = stackTrees(rows.map((row) => f(...row)));
  await assertClose(vmap(f)(...together), expected, tolerance);
}

/** Trees of one structure as one tree, its leaves stacked along a new first axis. */
function stackTrees(trees: readonly Tree[]): Tree {
  const parts = trees.map((tree) => treeFlatten(tree));
  const [leaves, def] = parts[0]!;
  return treeUnflatten(def, leaves.map((_, i): Tensor => stack(parts.map(([own]) => own[i]!))));
}
