import { TreeError } from "./errors.ts";
import { isStructured, STRUCTURED, type StructuredWeight, type Tree } from "./structured.ts";
import { paramsKey } from "./intern.ts";
import { isTensor, type Tensor } from "./tensor.ts";

/** Structure of a tree without its leaves. Keys are sorted; undefined entries are left out. */
export type TreeDef =
  | { readonly kind: "leaf" }
  | { readonly kind: "list"; readonly items: readonly TreeDef[] }
  | {
    readonly kind: "record";
    readonly keys: readonly string[];
    readonly items: readonly TreeDef[];
  }
  | {
    readonly kind: "weight";
    readonly name: string;
    readonly statics: StructuredWeight["statics"];
    readonly staticsKey: string;
    readonly fields: TreeDef;
  };

type TreeRecord = { readonly [name: string]: Tree | undefined };

const LEAF: TreeDef = { kind: "leaf" };

/** Leaves in order, and the structure to put others in their places. */
export function treeFlatten(tree: Tree): readonly [leaves: Tensor[], def: TreeDef] {
  const leaves: Tensor[] = [];
  return [leaves, define(tree, leaves, "")];
}

function define(tree: Tree, leaves: Tensor[], path: string): TreeDef {
  if (isTensor(tree)) {
    leaves.push(tree);
    return LEAF;
  }
  if (isList(tree)) {
    return { kind: "list", items: tree.map((item, i) => define(item, leaves, join(path, i))) };
  }
  if (isStructured(tree)) {
    const { kind: name, statics } = tree;
    const fields = define(tree.fields, leaves, path);
    return { kind: "weight", name, statics, staticsKey: paramsKey(statics), fields };
  }
  refuseNonTree(tree, path);
  const keys = presentKeys(tree).sort();
  return {
    kind: "record",
    keys,
    items: keys.map((key) => define(tree[key]!, leaves, join(path, key))),
  };
}

/** The tree with structure `def` and these leaves. */
export function treeUnflatten(def: TreeDef, leaves: readonly Tensor[]): Tree {
  let next = 0;
  const build = (def: TreeDef): Tree => {
    switch (def.kind) {
      case "leaf":
        return leaves[next++]!;
      case "list":
        return def.items.map(build);
      case "record":
        return Object.fromEntries(def.keys.map((key, i) => [key, build(def.items[i]!)]));
      case "weight": {
        const fields = build(def.fields) as TreeRecord;
        return { [STRUCTURED]: true, kind: def.name, fields, statics: def.statics };
      }
    }
  };
  const tree = build(def);
  if (next !== leaves.length) {
    throw new TreeError(
      `Cannot rebuild a tree of ${next} leaves from ${leaves.length} tensors`,
      "",
    );
  }
  return tree;
}

/** Pushes the leaves if the tree has exactly this structure; false at the first difference. */
export function treeMatch(tree: Tree | undefined, def: TreeDef, leaves: Tensor[]): boolean {
  if (def.kind === "leaf") {
    if (!isTensor(tree)) return false;
    leaves.push(tree);
    return true;
  }
  if (tree === undefined || tree === null || isTensor(tree)) return false;
  if (def.kind === "list") {
    return isList(tree) && tree.length === def.items.length &&
      def.items.every((item, i) => treeMatch(tree[i], item, leaves));
  }
  if (typeof tree !== "object" || isList(tree)) return false;
  if (def.kind === "weight") {
    return isStructured(tree) && tree.kind === def.name &&
      (tree.statics === def.statics || paramsKey(tree.statics) === def.staticsKey) &&
      treeMatch(tree.fields, def.fields, leaves);
  }
  if (isStructured(tree)) return false;
  let count = 0;
  for (const key in tree) if (tree[key] !== undefined) count++;
  return count === def.keys.length &&
    def.keys.every((key, i) => treeMatch(tree[key], def.items[i]!, leaves));
}

/** Every tensor of the tree, in the order of its sorted paths. */
export function treeLeaves(tree: Tree): Tensor[] {
  return treeFlatten(tree)[0];
}

/** Path of every leaf, such as "h.0.attn.c_attn.weight". */
export function treePaths(tree: Tree): string[] {
  const paths: string[] = [];
  walk(tree, "", (_, path) => void paths.push(path));
  return paths;
}

/** Leaves by path. */
export function treeEntries(tree: Tree): readonly (readonly [path: string, leaf: Tensor])[] {
  const entries: (readonly [string, Tensor])[] = [];
  walk(tree, "", (leaf, path) => void entries.push([path, leaf]));
  return entries;
}

function walk(tree: Tree, path: string, visit: (leaf: Tensor, path: string) => void): void {
  if (isTensor(tree)) visit(tree, path);
  else if (isList(tree)) tree.forEach((item, i) => walk(item, join(path, i), visit));
  else if (isStructured(tree)) walk(tree.fields, path, visit);
  else {
    refuseNonTree(tree, path);
    for (const key of presentKeys(tree).sort()) walk(tree[key]!, join(path, key), visit);
  }
}

/** The tree with `f(leaf, path)` at every leaf. */
export function treeMap<T extends Tree>(
  f: (leaf: Tensor, path: string) => Tensor,
  tree: T,
): T {
  const [leaves, def] = treeFlatten(tree);
  const paths = treePaths(tree);
  return treeUnflatten(def, leaves.map((leaf, i) => f(leaf, paths[i]!))) as T;
}

/** `treeMap` over several trees of one structure: `f` gets the leaves of all at one place. */
export function treeZip<T extends Tree>(
  f: (leaves: readonly Tensor[], path: string) => Tensor,
  tree: T,
  ...others: readonly Tree[]
): T {
  const [leaves, def] = treeFlatten(tree);
  const paths = treePaths(tree);
  const rest = others.map((other) => {
    const matched: Tensor[] = [];
    if (!treeMatch(other, def, matched)) throw structureError(paths, other);
    return matched;
  });
  const zipped = leaves.map((leaf, i) => f([leaf, ...rest.map((r) => r[i]!)], paths[i]!));
  return treeUnflatten(def, zipped) as T;
}

function structureError(expected: readonly string[], other: Tree): TreeError {
  const found = new Set(treePaths(other));
  const missing = expected.find((path) => !found.has(path));
  const surplus = [...found].find((path) => !expected.includes(path));
  const path = missing ?? surplus ?? "";
  const what = missing !== undefined
    ? `the other tree has no "${missing}"`
    : surplus !== undefined
    ? `the other tree has "${surplus}" besides`
    : "the kinds of their nodes or weights differ";
  return new TreeError(`Cannot map over trees of different structure: ${what}`, path);
}

/** Number of elements of all leaves. */
export function treeSize(tree: Tree): number {
  return treeLeaves(tree).reduce((sum, leaf) => sum + leaf.shape.reduce((a, b) => a * b, 1), 0);
}

function presentKeys(tree: TreeRecord): string[] {
  return Object.keys(tree).filter((key) => tree[key] !== undefined);
}

function isList(tree: unknown): tree is readonly Tree[] {
  return Array.isArray(tree);
}

function join(path: string, key: string | number): string {
  return path === "" ? String(key) : `${path}.${key}`;
}

function refuseNonTree(tree: unknown, path: string): asserts tree is TreeRecord {
  const plain = typeof tree === "object" && tree !== null &&
    [Object.prototype, null].includes(Object.getPrototypeOf(tree));
  if (plain) return;
  const at = path === "" ? "a tree" : `a tree at "${path}"`;
  const found = tree === null ? "null" : typeof tree === "object" ? "a class" : typeof tree;
  const fix = typeof tree === "number" ? "wrap it: tensor(x), or name the argument in static" : "";
  throw new TreeError(
    `Cannot use ${found} as ${at}: leaves are tensors; ${
      fix || "keep settings in a config value of their own"
    }`,
    path,
  );
}
