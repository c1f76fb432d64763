import { moveAxis, type Tensor, type Tree, type TreeDef, treeUnflatten } from "../core/mod.ts";
import { applyGraph, broadcastFront, normalizeAxis, trace } from "../core/internal.ts";
import { axesOfLeaves, type BatchAxes } from "./_batch_axes.ts";
import { flattenTrees, type MaybeTree, rebuildTrees, resultLeaves } from "./_flat.ts";
import { batchGraph, rowAval } from "./batch_graph.ts";
import { batchingOver, tracingOver } from "./_named_axes.ts";

/** Options of `vmap`; A are the arguments of the function. */
export type VmapOptions<A extends readonly unknown[]> = {
  /**
   * For every argument the axis to map over, null for none, or a tree prefix of such; 0 by default.
   * One number stands for all arguments.
   */
  readonly inAxes?: number | { readonly [I in keyof A]?: BatchAxes };
  /** Where the batch axis goes in the result: an axis, null (not batched), or a tree prefix. */
  readonly outAxes?: BatchAxes;
  /** Size of the batch, needed where no argument is mapped over. */
  readonly axisSize?: number;
  /** A name of the axis, for functions that act between its rows: `psum`, `axisIndex` ... */
  readonly axisName?: string;
};

/**
 * `f` over a batch: written for one example, run on many at once.
 *
 * Arguments whose axis is null are shared and may be anything. What does not depend on a mapped
 * argument is computed once. Random keys that are shared give every example the same numbers; map
 * over keys to give each its own.
 *
 * @param f a function of trees that returns a tree
 * @param options `inAxes`, `outAxes` (negative ones count from the end), `axisSize`, `axisName`
 * @throws {RangeError} if an axis is not there, or the mapped sizes differ
 * @throws {TreeError} if a tree of axes is no prefix of its argument
 * @throws {TypeError} if nothing is mapped over, `f` is async, or a batched result has axis null
 * @example Row by row
 * ```ts
 * import { mul, sum, tensor, type Tensor } from "../mod.ts";
 * import { vmap } from "./mod.ts";
 * const dots = vmap((x: Tensor, y: Tensor) => sum(mul(x, y)), { inAxes: [0, null] });
 * const y = dots(tensor([[1, 2], [3, 4]]), tensor([1, 1]));
 * if (y.shape[0] !== 2) throw new Error("unexpected shape");
 * ```
 */
export function vmap<A extends readonly unknown[], B extends Tree>(
  f: (...args: A) => B,
  options: VmapOptions<A> = {},
): (...args: A) => B {
  const { inAxes = 0, outAxes = 0, axisName } = options;
  return (...args) => {
    const specs = args.map((_, i) => typeof inAxes === "number" ? inAxes : axisAt(inAxes, i));
    const mapped = args.map((arg, i) => specs[i] === null ? null : arg as MaybeTree);
    const { leaves, counts, defs } = flattenTrees(mapped);
    const axes = defs.flatMap((def, i) => def ? axesOfLeaves(specs[i]!, def, `argument ${i}`) : [])
      .map((axis, i) =>
        axis === null ? null : normalizeAxis(axis, leaves[i]!.shape.length, "vmap")
      );
    const size = batchSize(leaves, axes, options.axisSize);
    const fronted = leaves.map((x, i) => axes[i] === null ? x : moveAxis(x, axes[i]!, 0));
    let outDef!: TreeDef;
    const { graph, captured } = trace(
      (inputs) => {
        const rebuilt = rebuildTrees(defs, counts, inputs);
        const filled = args.map((arg, i) => defs[i] ? rebuilt[i] : arg);
        const result = tracingOver(axisName, size, () => f(...filled as unknown as A));
        const [results, def] = resultLeaves(result, "map");
        outDef = def!;
        return results;
      },
      fronted.map((x, i) => axes[i] === null ? x.aval : rowAval(x.aval)),
    );
    const mask = [...axes.map((axis) => axis !== null), ...captured.map(() => false)];
    const { graph: derived, batched } = batchingOver(
      axisName,
      () => batchGraph(graph, mask, size),
    );
    const places = axesOfLeaves(outAxes, outDef, "the result");
    const results = applyGraph(derived, [...fronted, ...captured])
      .map((y, i) => placeAxis(y, batched[i]!, places[i]!, size));
    return treeUnflatten(outDef, results) as B;
  };
}

function axisAt(axes: { readonly [i: number]: BatchAxes | undefined }, i: number): BatchAxes {
  const axis = axes[i];
  return axis === undefined ? 0 : axis;
}

function batchSize(
  leaves: readonly Tensor[],
  axes: readonly (number | null)[],
  given: number | undefined,
): number {
  let size = given;
  leaves.forEach((leaf, i) => {
    const axis = axes[i];
    if (axis === null || axis === undefined) return;
    const side = leaf.shape[axis]!;
    size ??= side;
    if (side !== size) {
      throw new RangeError(
        `Cannot map over axes of sizes ${size} and ${side}: ` +
          `every mapped argument must have the same; use axis null for shared ones`,
      );
    }
  });
  if (size === undefined) {
    throw new TypeError(
      "Cannot map over no argument: every axis is null; name an axis or give axisSize",
    );
  }
  return size;
}

function placeAxis(y: Tensor, batched: boolean, axis: number | null, size: number): Tensor {
  if (axis !== null) {
    const full = batched ? y : broadcastFront(y, size);
    return moveAxis(full, 0, normalizeAxis(axis, full.shape.length, "vmap"));
  }
  if (!batched) return y;
  throw new TypeError(
    "Cannot leave out the batch axis of a result that depends on a mapped argument; " +
      "give it an axis in outAxes",
  );
}
