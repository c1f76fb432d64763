import {
  isFloat,
  ShapeError,
  type Tensor,
  type Tree,
  type TreeDef,
  TreeError,
  treeUnflatten,
} from "../core/mod.ts";
import { formatAval, sameShape, treeMatch, zerosOf } from "../core/internal.ts";
import { flattenTrees, linearizeFlat, rebuildTrees, resultLeaves } from "./_flat.ts";

/**
 * Reverse mode: the result of `f` at `primals` and its pullback, ct to ctᵀ · f'(primals), a list with
 * one tree for every primal. The forward pass runs once for any number of pullbacks.
 *
 * Leaves that are no floats do not move; their cotangents are zeros of their own dtype.
 *
 * @param f a function of trees that returns a tree
 * @param primals its arguments
 * @throws {TypeError} if `f` is async
 * @throws {TreeError} if a cotangent has not the structure of the result
 * @throws {ShapeError} if a leaf of it has another type
 * @example A pullback
 * ```ts
 * import { mul, tensor, type Tensor } from "../mod.ts";
 * import { vjp } from "./mod.ts";
 * const [y, pull] = vjp((x: Tensor) => mul(x, x), [tensor([1, 2])]);
 * const [dx] = pull(tensor([1, 1]));
 * if (y.shape[0] !== 2 || dx.shape[0] !== 2) throw new Error("unexpected shapes");
 * ```
 */
export function vjp<A extends readonly Tree[], B extends Tree>(
  f: (...args: A) => B,
  primals: readonly [...A],
): readonly [value: B, pull: (ct: B) => A] {
  const { leaves, counts, defs } = flattenTrees(primals);
  let outDef!: TreeDef;
  const { outputs, pull } = linearizeFlat(
    (inputs) => {
      const result = f(...rebuildTrees(defs, counts, inputs) as unknown as A);
      const [results, def] = resultLeaves(result, "differentiate");
      outDef = def!;
      return results;
    },
    leaves,
    leaves.map((leaf) => isFloat(leaf.dtype)),
  );
  const pullback = (ct: B): A => {
    const cts = matchCotangent(ct, outDef, outputs);
    const grads = pull(cts).map((grad, i) => grad ?? zerosOf(leaves[i]!.aval));
    return rebuildTrees(defs, counts, grads) as unknown as A;
  };
  return [treeUnflatten(outDef, outputs) as B, pullback];
}

/** Leaves of a cotangent, checked against the results; those of non-floats are dropped. */
function matchCotangent(
  ct: Tree,
  def: TreeDef,
  outputs: readonly Tensor[],
): (Tensor | null)[] {
  const leaves: Tensor[] = [];
  if (!treeMatch(ct, def, leaves)) {
    throw new TreeError(
      "Cannot pull back: the cotangent has not the structure of the function's result",
      "",
    );
  }
  return leaves.map((leaf, i) => {
    const { aval } = outputs[i]!;
    if (!isFloat(aval.dtype)) return null;
    if (sameShape(leaf.shape, aval.shape) && leaf.dtype === aval.dtype) return leaf;
    throw new ShapeError(
      `Cannot pull back ${formatAval(leaf.aval)}: the result is ${formatAval(aval)}; ` +
        `give a cotangent like it`,
      "vjp",
      [leaf.shape, aval.shape],
    );
  });
}
