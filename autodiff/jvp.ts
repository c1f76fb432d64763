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
import { flattenTrees, jvpFlat, rebuildTrees, resultLeaves } from "./_flat.ts";

/**
 * Forward mode: the result of `f` at `primals` and its derivative along `tangents`, f'(x) · dx.
 *
 * Leaves that are no floats do not move: their tangents are ignored.
 *
 * @param f a function of trees that returns a tree
 * @param primals its arguments
 * @param tangents one tree for every argument, of its structure and types
 * @throws {TypeError} if `f` is async
 * @throws {TreeError} if a tangent has another structure than its primal
 * @throws {ShapeError} if a leaf of it has another type
 * @example The slope of x² along 1
 * ```ts
 * import { mul, tensor, type Tensor } from "../mod.ts";
 * import { jvp } from "./mod.ts";
 * const [y, dy] = jvp((x: Tensor) => mul(x, x), [tensor(3)], [tensor(1)]);
 * if (y.shape.length + dy.shape.length !== 0) throw new Error("unexpected shapes");
 * ```
 */
export function jvp<A extends readonly Tree[], B extends Tree>(
  f: (...args: A) => B,
  primals: readonly [...A],
  tangents: readonly [...NoInfer<A>],
): readonly [value: B, tangent: B] {
  const { leaves, counts, defs } = flattenTrees(primals);
  const moving = matchTangents(tangents, defs, leaves);
  let outDef!: TreeDef;
  const [outputs, derivatives] = jvpFlat(
    (inputs) => {
      const result = f(...rebuildTrees(defs, counts, inputs) as unknown as A);
      const [results, def] = resultLeaves(result, "differentiate");
      outDef = def!;
      return results;
    },
    leaves,
    moving,
  );
  const moved = derivatives.map((dy, i) => dy ?? zerosOf(outputs[i]!.aval));
  return [treeUnflatten(outDef, outputs) as B, treeUnflatten(outDef, moved) as B];
}

/** Leaves of tangents, checked against the primals; null for those of non-floats. */
export function matchTangents(
  tangents: readonly Tree[],
  defs: readonly (TreeDef | null)[],
  primals: readonly Tensor[],
): (Tensor | null)[] {
  const leaves: Tensor[] = [];
  defs.forEach((def, i) => {
    if (def && treeMatch(tangents[i], def, leaves)) return;
    throw new TreeError(
      `Cannot push forward: tangent ${i} has not the structure of argument ${i}`,
      "",
    );
  });
  return leaves.map((leaf, i) => {
    const { aval } = primals[i]!;
    if (!isFloat(aval.dtype)) return null;
    if (sameShape(leaf.shape, aval.shape) && leaf.dtype === aval.dtype) return leaf;
    throw new ShapeError(
      `Cannot push ${formatAval(leaf.aval)} forward: the primal is ${formatAval(aval)}; ` +
        `give a tangent like it`,
      "jvp",
      [leaf.shape, aval.shape],
    );
  });
}
