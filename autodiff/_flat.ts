import { type Tensor, type Tree, type TreeDef, treeFlatten, treeUnflatten } from "../core/mod.ts";
import { applyGraph, refusePromise, trace } from "../core/internal.ts";
import { applyJvp } from "./jvp_graph.ts";
import { linearizeGraph } from "./partition.ts";
import { transposeGraph } from "./transpose_graph.ts";

/** A function of tensors: what trees are turned into before an engine sees them. */
export type Flat = (inputs: readonly Tensor[]) => readonly Tensor[];

/** Results of a function and its pullback; null cotangents are zero. */
export type FlatVjp = {
  readonly outputs: readonly Tensor[];
  readonly pull: (cts: readonly (Tensor | null)[]) => (Tensor | null)[];
};

/** A tree or nothing: what may stand for no input, no output or no residual. */
export type MaybeTree = Tree | null | undefined | void;

/** Trees as one list of leaves, and the way back. */
export function flattenTrees(trees: readonly MaybeTree[]): {
  readonly leaves: Tensor[];
  readonly counts: number[];
  readonly defs: (TreeDef | null)[];
} {
  const pairs = trees.map((tree) => tree === null || tree === undefined ? null : treeFlatten(tree));
  return {
    leaves: pairs.flatMap((pair) => pair ? pair[0] : []),
    counts: pairs.map((pair) => pair ? pair[0].length : 0),
    defs: pairs.map((pair) => pair ? pair[1] : null),
  };
}

/** The trees that `flattenTrees` took apart, with these leaves. */
export function rebuildTrees(
  defs: readonly (TreeDef | null)[],
  counts: readonly number[],
  leaves: readonly Tensor[],
): (Tree | null)[] {
  let next = 0;
  return defs.map((def, i) =>
    def ? treeUnflatten(def, leaves.slice(next, next += counts[i]!)) : null
  );
}

/** Leaves of what a user function returned; a Promise is refused. */
export function resultLeaves(
  result: MaybeTree,
  verb: string,
): readonly [leaves: Tensor[], def: TreeDef | null] {
  refusePromise(result, verb);
  return result === null || result === undefined ? [[], null] : treeFlatten(result);
}

/** Results and tangents of a function; null tangents are zero. */
export function jvpFlat(
  f: Flat,
  primals: readonly Tensor[],
  tangents: readonly (Tensor | null)[],
): readonly [outputs: Tensor[], tangents: (Tensor | null)[]] {
  const { graph, captured } = trace(f, primals.map((x) => x.aval));
  return applyJvp(graph, [...primals, ...captured], [...tangents, ...captured.map(() => null)]);
}

/** Results and linear map of a function; `moves` marks the inputs it is differentiated in. */
export function linearizeFlat(f: Flat, primals: readonly Tensor[], moves: readonly boolean[]): {
  readonly outputs: readonly Tensor[];
  readonly push: (tangents: readonly Tensor[]) => (Tensor | null)[];
  readonly pull: FlatVjp["pull"];
} {
  const { graph, captured } = trace(f, primals.map((x) => x.aval));
  const { known, linear, residuals: count, tangents } = linearizeGraph(
    graph,
    [...moves, ...captured.map(() => false)],
  );
  const results = applyGraph(known, [...primals, ...captured]);
  const residuals = results.slice(graph.outputs.length);
  const isMoving = linear.avals.slice(0, linear.inputs).map((_, i) => i >= count);
  return {
    outputs: results.slice(0, graph.outputs.length),
    push: (moving) => {
      const pushed = applyGraph(linear, [...residuals, ...moving]);
      let next = 0;
      return tangents.map((moved) => moved ? pushed[next++]! : null);
    },
    pull: (cts) => {
      const moved = cts.filter((_, i) => tangents[i]);
      const transposed = transposeGraph(linear, isMoving, moved.map((ct) => ct !== null));
      const pulled = applyGraph(transposed.graph, [
        ...residuals,
        ...moved.filter((ct) => ct !== null),
      ]);
      let at = 0;
      let next = 0;
      return moves.map((moved) => moved && transposed.cotangents[at++] ? pulled[next++]! : null);
    },
  };
}
