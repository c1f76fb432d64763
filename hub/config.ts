import { FileFormatError } from "./errors.ts";
import { type JsonObject, readJsonIfExists, writeJson } from "./json.ts";

/** The settings of a model, as its folder's `config.json` has them. */
export async function readConfig(folder: string): Promise<JsonObject> {
  const path = `${folder}/config.json`;
  const config = await readJsonIfExists(path);
  if (!config) {
    throw new FileFormatError(path, "the file", "does not exist; expected a model folder");
  }
  if (typeof config.model_type !== "string") {
    throw new FileFormatError(path, "model_type", 'is missing; expected text such as "gpt2"');
  }
  return config;
}

/** The defaults of generation, from `generation_config.json`; null if the folder has none. */
export function readGenerationConfig(folder: string): Promise<JsonObject | null> {
  return readJsonIfExists(`${folder}/generation_config.json`);
}

/**
 * Writes `config.json`.
 *
 * @param options `like`: the folder that the settings come from; a number that it spells as 1.0 is
 * not written as 1, which the Hugging Face libraries would refuse
 */
export async function writeConfig(
  folder: string,
  config: JsonObject,
  options: { readonly like?: string } = {},
): Promise<void> {
  const { like } = options;
  const text = like === undefined ? {} : { like: await Deno.readTextFile(`${like}/config.json`) };
  await writeJson(`${folder}/config.json`, config, text);
}

/** Writes `generation_config.json`. */
export function writeGenerationConfig(folder: string, config: JsonObject): Promise<void> {
  return writeJson(`${folder}/generation_config.json`, config);
}
