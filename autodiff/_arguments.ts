import { isTensor, type Tensor, type Tree, type TreeDef, treeFlatten } from "../core/mod.ts";

/** Arguments of a function with rules of its own: trees are inputs, the rest are settings. */
export type SplitArguments = {
  readonly leaves: readonly Tensor[];
  readonly counts: readonly number[];
  /** Structure of every argument; null for settings. */
  readonly defs: readonly (TreeDef | null)[];
  /** The arguments with other leaves. */
  readonly fill: (leaves: readonly Tensor[]) => unknown[];
};

/** Tells trees of tensors from settings; a tree with anything but tensors in it is a setting. */
export function splitArguments(
  args: readonly unknown[],
  rebuild: (def: TreeDef, leaves: readonly Tensor[]) => Tree,
): SplitArguments {
  const pairs = args.map((arg) => isTree(arg) ? treeFlatten(arg) : null);
  const counts = pairs.map((pair) => pair ? pair[0].length : 0);
  return {
    leaves: pairs.flatMap((pair) => pair ? pair[0] : []),
    counts,
    defs: pairs.map((pair) => pair ? pair[1] : null),
    fill: (leaves) => {
      let next = 0;
      return pairs.map((pair, i) =>
        pair ? rebuild(pair[1], leaves.slice(next, next += counts[i]!)) : args[i]
      );
    },
  };
}

function isTree(x: unknown): x is Tree {
  if (isTensor(x)) return true;
  if (typeof x !== "object" || x === null) return false;
  if (Array.isArray(x)) return x.every(isTree);
  if (![Object.prototype, null].includes(Object.getPrototypeOf(x))) return false;
  if ("fields" in x && "statics" in x && "kind" in x) return isTree(x.fields);
  return Object.values(x).every((value) => value === undefined || isTree(value));
}
