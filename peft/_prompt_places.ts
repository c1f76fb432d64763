import { isStructured, isTensor, type Tree } from "../core/mod.ts";
import { type LayoutOptions, type Module, modulesOf } from "./layout.ts";
import { join, lastName } from "./_paths.ts";

const TABLES = ["wte", "embed_tokens", "word_embeddings", "embed_in", "tok_embeddings", "shared"];
const ATTENTIONS = ["attn", "self_attn", "self_attention", "attention", "SelfAttention"];

/**
 * The module of the token embedding: the encoder's, where there are two.
 *
 * @throws {TypeError} if none has a known name
 */
export function tokenTable(params: Tree, options: LayoutOptions = {}): Module {
  const modules = [...modulesOf(params, options).values()];
  for (const name of TABLES) {
    const found = modules.filter(({ path }) => lastName(path) === name);
    const first = found.find(({ path }) => path.includes("encoder.")) ?? found[0];
    if (first) return first;
  }
  throw new TypeError(
    `Cannot find the token embedding of the model: it is called none of ` +
      TABLES.map((name) => `"${name}"`).join(", "),
  );
}

/**
 * Paths of the attention of each layer, in order: the decoder's own attention in encoder-decoders.
 *
 * @throws {TypeError} if none has a known name
 */
export function attentionPaths(params: Tree): readonly string[] {
  const paths: string[] = [];
  const visit = (node: Tree, path: string): void => {
    if (isTensor(node) || isStructured(node)) return;
    // Layers are numbered; T5 numbers their parts as well.
    if (ATTENTIONS.includes(lastName(path)) && /\.\d+\.[^.]+$/.test(path)) {
      paths.push(path);
      return;
    }
    for (const [name, child] of Object.entries(node)) {
      if (child !== undefined) visit(child as Tree, join(path, name));
    }
  };
  visit(params, "");
  const decoder = paths.filter((path) => /(^|\.)decoder\./.test(path));
  const encoder = paths.filter((path) => /(^|\.)encoder\./.test(path));
  if (paths.length > 0) return decoder.length > 0 && encoder.length > 0 ? decoder : paths;
  throw new TypeError(
    `Cannot find the attention of the model: no numbered layer has one of ` +
      ATTENTIONS.map((name) => `"${name}"`).join(", "),
  );
}
