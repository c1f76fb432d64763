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
  TreeError,
} from "../core/mod.ts";
import {
  loadCheckpoint,
  readConfig,
  saveCheckpoint,
  WEIGHTS_FILES,
  writeConfig,
  writeFilesAtomic,
} from "../hub/mod.ts";
import { type AnyFamily, familyOfConfig, paramsOf, type Task } from "../models/mod.ts";
import { copyCompanions } from "./_companions.ts";

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
  refuseIntegers(folder, fresh, tensors);
  const missing = fresh.filter(([name]) => !(name in tensors));
  const all: FlatTree = { ...tensors, ...Object.fromEntries(missing) };
  const wanted = Object.entries(all).map(([name, leaf]) => {
    const cast = dtype !== null && isFloat(leaf.dtype) && leaf.dtype !== dtype;
    return [name, cast ? convert(leaf, dtype) : leaf] as const;
  });
  return { folder, family, json, config, params: paramsOf(family, Object.fromEntries(wanted)) };
}

/** Quantised weights come as integers with scales beside them, which no model here understands. */
function refuseIntegers(
  folder: string,
  fresh: ReturnType<typeof treeEntries>,
  tensors: FlatTree,
): void {
  const wrong = fresh.find(([name, leaf]) =>
    isFloat(leaf.dtype) && tensors[name] && !isFloat(tensors[name].dtype)
  );
  if (!wrong) return;
  const [name] = wrong;
  throw new TreeError(
    `Cannot load "${folder}" into the model: its "${name}" is ${tensors[name]!.dtype}; ` +
      `floats are expected: f32, f16 or bf16`,
    name,
  );
}

/**
 * Saves parameters as a Hugging Face model folder.
 *
 * @param model `folder`: where it comes from, if it does: numbers are spelled as there, and the
 * tokenizer and the generation settings are copied
 * @param options `dtype`: of the float tensors in the file; default that of the parameters
 * @throws {WriteError} if that fails; the folder is then as it was
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
  const like = model.folder === undefined ? {} : { like: model.folder };
  await writeFilesAtomic(folder, async (temporary) => {
    await saveCheckpoint(temporary, Object.fromEntries(tensors), { metadata: { format: "pt" } });
    await writeConfig(temporary, model.json, like);
    if (model.folder !== undefined) await copyCompanions(model.folder, temporary);
  }, { replaces: WEIGHTS_FILES });
}
