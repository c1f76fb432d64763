import { convert, type DType, isFloat, treeEntries } from "../core/mod.ts";
import {
  loadCheckpoint,
  readConfig,
  saveCheckpoint,
  WEIGHTS_FILES,
  writeConfig,
  writeFilesAtomic,
} from "../hub/mod.ts";
import { copyCompanions } from "./_companions.ts";
import { type LoadedModel, type LoadModelOptions, planModel } from "./model.ts";

/**
 * Loads a Hugging Face model folder: config.json and its safetensors. A classifier's head may be
 * absent: it is drawn at random, and named in the result.
 *
 * @throws {UnsupportedError} for an unknown architecture; names the known ones
 * @throws {TreeError} if the weights are not the model's; names what does not fit
 */
export async function loadModel(
  folder: string,
  options: LoadModelOptions = {},
): Promise<LoadedModel> {
  const json = await readConfig(folder) as LoadedModel["json"];
  const plan = planModel(json, options);
  return plan.assemble(folder, await loadCheckpoint(folder, plan.expected));
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
