import {
  convert,
  type DType,
  type FlatTree,
  isFloat,
  type Json,
  key,
  type Shape,
  type Tree,
  treeEntries,
} from "../core/mod.ts";
import { loadCheckpoint, readConfig, saveCheckpoint, writeConfig } from "../hub/mod.ts";
import { type AnyFamily, familyOfConfig, paramsOf, type Task } from "../models/mod.ts";

/** A model folder in memory: what it is and its parameters. */
export type LoadedModel = {
  readonly folder: string;
  readonly family: AnyFamily;
  /** config.json as it stands in the file. */
  readonly json: { readonly [field: string]: Json };
  /** The same, parsed by the family. */
  readonly config: unknown;
  readonly params: Tree;
};

/** How a model is loaded. */
export type LoadModelOptions = {
  /** The head to load it for; default "causal-lm". */
  readonly task?: Task;
  /** Dtype of the parameters; default f32. null keeps the file's. */
  readonly dtype?: DType | null;
};

/**
 * Loads a Hugging Face model folder: config.json and its safetensors.
 *
 * @throws {UnsupportedError} for an unknown architecture; names the known ones
 * @throws {TreeError} if the weights are not the model's; names what does not fit
 */
export async function loadModel(
  folder: string,
  options: LoadModelOptions = {},
): Promise<LoadedModel> {
  const { task = "causal-lm", dtype = "f32" } = options;
  const json = await readConfig(folder) as LoadedModel["json"];
  const family = familyOfConfig(json);
  const config = family.parseConfig(json);
  // Building the parameters only to see their shapes costs nothing: nothing is evaluated.
  const fresh = treeEntries(family.init(key(0), config, { task }));
  const tensors = await loadCheckpoint(folder, {
    shapes: Object.fromEntries(fresh.map(([name, leaf]) => [name, leaf.shape] as [string, Shape])),
    baseName: family.basePrefix,
    optional: [/^(score|classifier)\./],
    ignored: [/^lm_head\./, /^(score|classifier)\./],
  });
  const missing = fresh.filter(([name]) => !(name in tensors));
  const all: FlatTree = { ...tensors, ...Object.fromEntries(missing) };
  const wanted = Object.entries(all).map(([name, leaf]) => {
    const cast = dtype !== null && isFloat(leaf.dtype) && leaf.dtype !== dtype;
    return [name, cast ? convert(leaf, dtype) : leaf] as const;
  });
  return { folder, family, json, config, params: paramsOf(family, Object.fromEntries(wanted)) };
}

/**
 * Saves parameters as a Hugging Face model folder.
 *
 * @param model `folder`: where its settings come from, if they do: numbers are spelled as there
 * @param options `dtype`: of the float tensors in the file; default that of the parameters
 */
export async function saveModel(
  folder: string,
  model: Pick<LoadedModel, "json" | "params"> & { readonly folder?: string },
  options: { readonly dtype?: DType } = {},
): Promise<void> {
  const { dtype } = options;
  const tensors = treeEntries(model.params).map(([name, leaf]) => {
    return [name, dtype && isFloat(leaf.dtype) ? convert(leaf, dtype) : leaf] as const;
  });
  await Deno.mkdir(folder, { recursive: true });
  await saveCheckpoint(folder, Object.fromEntries(tensors), { metadata: { format: "pt" } });
  await writeConfig(folder, model.json, model.folder === undefined ? {} : { like: model.folder });
}
