import type { FlatTree, Json, Tree } from "../core/mod.ts";
import {
  FileFormatError,
  readJsonIfExists,
  readSafetensors,
  writeFilesAtomic,
  writeJson,
  writeSafetensors,
} from "../hub/mod.ts";
import {
  type Adapter,
  type AdapterFiles,
  adapterFromFiles,
  adapterToFiles,
  type LayoutOptions,
} from "../peft/mod.ts";

const CONFIG = "adapter_config.json";
const TENSORS = "adapter_model.safetensors";

/** What is known of an adapter's origin: written into its configuration. */
export type SaveAdapterOptions = {
  readonly base_model_name_or_path?: string;
  readonly task_type?: string;
};

/**
 * Writes an adapter as PEFT does: `adapter_config.json` and `adapter_model.safetensors` in `folder`,
 * which is made if need be. PEFT, and whatever reads its files, loads it.
 *
 * @throws {WriteError} if that fails; the folder is then as it was
 */
export async function saveAdapter(
  folder: string,
  adapter: Adapter,
  options: SaveAdapterOptions = {},
): Promise<void> {
  const { config, tensors } = adapterToFiles(adapter);
  await writeFilesAtomic(folder, async (temporary) => {
    await writeSafetensors(`${temporary}/${TENSORS}`, tensors);
    await writeJson(`${temporary}/${CONFIG}`, { ...config, ...options });
  });
}

/**
 * Reads an adapter that this library or PEFT saved, for the model with the parameters `params`.
 *
 * @throws {Error} naming the folder, the file and what was expected, if they hold something else
 */
export async function loadAdapter(
  folder: string,
  params: Tree,
  options: LayoutOptions = {},
): Promise<Adapter> {
  const { config, tensors } = await readAdapterFiles(folder);
  try {
    return adapterFromFiles({ config, tensors }, params, options);
  } catch (error) {
    throw new Error(`Cannot load the adapter in "${folder}": ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** The two files of an adapter, unchecked beyond their formats. */
export async function readAdapterFiles(folder: string): Promise<AdapterFiles> {
  const config = await readAdapterConfig(folder);
  const tensors: FlatTree = await readSafetensors(`${folder}/${TENSORS}`);
  return { config, tensors };
}

/** The configuration of an adapter: enough to know its method and its base model. */
export async function readAdapterConfig(
  folder: string,
): Promise<{ readonly [field: string]: Json }> {
  const path = `${folder}/${CONFIG}`;
  const config = await readJsonIfExists(path) as { readonly [field: string]: Json } | null;
  if (!config) {
    throw new FileFormatError(path, "the file", "does not exist; expected an adapter folder");
  }
  if (typeof config.peft_type === "string") return config;
  throw new FileFormatError(path, "peft_type", "is missing; the name of a method is expected");
}
