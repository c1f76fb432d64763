import {
  isStructured,
  isTensor,
  type Shape,
  type Tensor,
  type Tree,
  TreeError,
  type Weight,
  weightShape,
} from "../core/mod.ts";
import { join, lastName } from "./_paths.ts";

/**
 * How a module stores its weight.
 *
 * - `linear` [out, in], PyTorch's Linear; `conv1d` [in, out], GPT-2's Conv1D
 * - `embedding` [V, D]
 * - `conv` [out, in / groups, kernel ...]
 * - `other`: norms and whatever else has a `weight`
 */
export type Layout = "linear" | "conv1d" | "embedding" | "conv" | "other";

/** Options by which a model can say what its modules are, where the names do not. */
export type LayoutOptions = {
  /** Layout of the module at `path`; undefined leaves it to the default. */
  readonly layout?: (path: string, shape: Shape) => Layout | undefined;
};

/** A module of a parameter tree that has a weight. */
export type Module = {
  readonly path: string;
  readonly layout: Layout;
  readonly weight: Weight;
  readonly bias: Tensor | undefined;
};

/** A node of a parameter tree that is no list. */
export type TreeRecord = { readonly [name: string]: Tree | undefined };

const CONV1D_NAMES = ["c_attn", "c_proj", "c_fc", "q_attn"];
const EMBEDDING_NAMES =
  /^(wte|wpe|shared|(word|position|token_type|patch_position)_embeddings?|embed_(tokens|positions|in)|(token|position)_embedding|relative_attention_bias|rel_embeddings|embed)$/;

/**
 * Every module of `params` that has a weight, by its path, in the order of the tree.
 *
 * An encoder-decoder that shares one table, as T5 does, has the modules `encoder.embed_tokens` and
 * `decoder.embed_tokens` besides: each side can be adapted on its own.
 */
export function modulesOf(params: Tree, options: LayoutOptions = {}): ReadonlyMap<string, Module> {
  const inputFirst = storesInputFirst(params);
  const modules = new Map<string, Module>();
  const visit = (node: Tree, path: string): void => {
    if (isTensor(node) || isStructured(node)) return;
    if (Array.isArray(node)) {
      node.forEach((item, i) => visit(item, join(path, String(i))));
      return;
    }
    const record = node as TreeRecord;
    if (isWeight(record.weight)) {
      const shape = weightShape(record.weight);
      const layout = options.layout?.(path, shape) ?? defaultLayout(path, shape, inputFirst);
      const bias = isTensor(record.bias) ? record.bias : undefined;
      modules.set(path, { path, layout, weight: record.weight, bias });
    }
    for (const [name, child] of Object.entries(record)) {
      if (child !== undefined) visit(child, join(path, name));
    }
  };
  visit(params, "");
  const shared = modules.get("shared");
  for (const side of ["encoder", "decoder"]) {
    const path = `${side}.embed_tokens`;
    if (shared && !modules.has(path) && side in (params as TreeRecord)) {
      modules.set(path, { ...shared, path, layout: "embedding" });
    }
  }
  return modules;
}

function defaultLayout(path: string, shape: Shape, inputFirst: boolean): Layout {
  const name = lastName(path);
  if (EMBEDDING_NAMES.test(name)) return "embedding";
  if (shape.length >= 3) return "conv";
  if (shape.length < 2) return "other";
  return inputFirst && CONV1D_NAMES.includes(name) ? "conv1d" : "linear";
}

/**
 * Whether the tree is of GPT-2's kind, with [in, out] weights: c_attn, which makes query, key and
 * value, is [D, 3 D]. Later models have the same names for plain linear layers, [3 D, D].
 */
function storesInputFirst(tree: Tree): boolean {
  if (isTensor(tree) || isStructured(tree)) return false;
  const { c_attn } = tree as { readonly c_attn?: { readonly weight?: Tree } };
  if (isWeight(c_attn?.weight)) {
    const [inputs, outputs] = weightShape(c_attn.weight);
    return outputs === 3 * inputs!;
  }
  return Object.values(tree).some((child) => child !== undefined && storesInputFirst(child));
}

function isWeight(x: Tree | undefined): x is Weight {
  return isTensor(x) || isStructured(x);
}

/**
 * `params` with `update(module record, path)` in place of the modules named by `paths`; everything
 * else is shared with `params`. A module that is not there is made.
 *
 * @throws {TreeError} if a path leads through a tensor
 */
export function updateModules<P extends Tree>(
  params: P,
  paths: Iterable<string>,
  update: (node: TreeRecord, path: string) => TreeRecord,
): P {
  type Step = Map<string, Step>;
  const steps: Step = new Map();
  for (const path of paths) {
    let at = steps;
    for (const part of path.split(".")) at = at.get(part) ?? at.set(part, new Map()).get(part)!;
    at.set("", new Map());
  }
  const walk = (node: Tree | undefined, step: Step, path: string): Tree => {
    if (isTensor(node) || isStructured(node)) {
      throw new TreeError(`Cannot adapt the module "${path}": it is a tensor`, path);
    }
    const children = [...step].filter(([name]) => name !== "");
    const child = (name: string): Tree | undefined => (node as TreeRecord | undefined)?.[name];
    const walked = children.map(([name, next]) =>
      [name, walk(child(name), next, join(path, name))] as const
    );
    if (Array.isArray(node)) {
      const byName = new Map(walked);
      return node.map((item, i) => byName.get(String(i)) ?? item);
    }
    const record = { ...(node as TreeRecord | undefined), ...Object.fromEntries(walked) };
    return step.has("") ? update(record, path) as Tree : record;
  };
  return walk(params, steps, "") as P;
}
