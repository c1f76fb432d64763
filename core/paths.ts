import { TreeError } from "./errors.ts";
import { isStructured, type Tree } from "./structured.ts";
import { isTensor, type Tensor } from "./tensor.ts";
import { treeEntries } from "./tree.ts";

/** Tensors by path: how files keep trees. */
export type FlatTree = { readonly [path: string]: Tensor };

/** The nested tree of dotted names; parts that count 0, 1, 2 ... become arrays. */
export function unflattenPaths(entries: Iterable<readonly [path: string, leaf: Tensor]>): Tree {
  const root = new Map<string, unknown>();
  for (const [path, leaf] of entries) {
    const parts = path.split(".");
    let at = root;
    for (const part of parts.slice(0, -1)) {
      const next = at.get(part) ?? new Map<string, unknown>();
      if (!(next instanceof Map)) throw clash(path);
      at.set(part, next);
      at = next;
    }
    const last = parts[parts.length - 1]!;
    if (at.has(last)) throw clash(path);
    at.set(last, leaf);
  }
  return build(root);
}

function clash(path: string): TreeError {
  return new TreeError(`Cannot nest "${path}": a tensor and a module have the same name`, path);
}

function build(node: unknown): Tree {
  if (!(node instanceof Map)) return node as Tensor;
  const keys = [...node.keys()] as string[];
  const isList = keys.length > 0 && keys.every((_, i) => node.has(String(i)));
  if (isList) return keys.map((_, i) => build(node.get(String(i))));
  return Object.fromEntries(keys.map((key) => [key, build(node.get(key))]));
}

/** The leaves for which `keep` holds, and the rest; together they make the tree again. */
export function treePartition(
  tree: Tree,
  keep: (path: string, leaf: Tensor) => boolean,
): readonly [kept: FlatTree, rest: FlatTree] {
  const entries = treeEntries(tree);
  return [
    Object.fromEntries(entries.filter(([path, leaf]) => keep(path, leaf))),
    Object.fromEntries(entries.filter(([path, leaf]) => !keep(path, leaf))),
  ];
}

/** `tree` with the leaves named in `parts` replaced by theirs. */
export function treeCombine<T extends Tree>(tree: T, ...parts: readonly FlatTree[]): T {
  const leaves: FlatTree = Object.assign({}, ...parts);
  const known = new Set(treeEntries(tree).map(([path]) => path));
  for (const path of Object.keys(leaves)) {
    if (!known.has(path)) {
      throw new TreeError(`Cannot combine: the tree has no "${path}"`, path);
    }
  }
  return replace(tree, "", leaves) as T;
}

function replace(tree: Tree, path: string, leaves: FlatTree): Tree {
  const child = (key: string | number): string => path === "" ? String(key) : `${path}.${key}`;
  if (isTensor(tree)) return leaves[path] ?? tree;
  if (Array.isArray(tree)) return tree.map((item, i) => replace(item, child(i), leaves));
  if (isStructured(tree)) {
    return { ...tree, fields: replace(tree.fields, path, leaves) as typeof tree.fields };
  }
  const record = tree as { readonly [name: string]: Tree | undefined };
  return Object.fromEntries(
    Object.keys(record)
      .filter((key) => record[key] !== undefined)
      .map((key) => [key, replace(record[key]!, child(key), leaves)]),
  );
}
