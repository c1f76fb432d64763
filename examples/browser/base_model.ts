import type { Json, Tree } from "../../core/mod.ts";
import {
  parseJsonObject,
  parseSafetensors,
  parseTokenizer,
  type Tokenizer,
} from "../../hub/mod.ts";
import { type GenerativeModel, generativeModel } from "../../models/mod.ts";
import { type LoadedModel, modelFromFiles } from "../../train/mod.ts";

/** Where the base model comes from, as the adapter's configuration names it. */
export const BASE = "examples/base";

/** The base model, ready to train and to generate. */
export type BaseModel = {
  readonly model: LoadedModel;
  readonly tokenizer: Tokenizer;
  readonly generator: GenerativeModel<Tree>;
};

/** Fetches the model that ships with Graft from the page's server. */
export async function fetchBaseModel(): Promise<BaseModel> {
  const [config, vocabulary, settings, weights] = await Promise.all([
    fetchJson("config.json"),
    fetchJson("tokenizer.json"),
    fetchJson("tokenizer_config.json"),
    fetchFile("model.safetensors").then((response) => response.arrayBuffer()),
  ]);
  const files = {
    config: config as { readonly [field: string]: Json },
    tensors: parseSafetensors(new Uint8Array(weights)),
  };
  const model = modelFromFiles(files, { folder: BASE });
  return {
    model,
    tokenizer: parseTokenizer(vocabulary, settings),
    generator: generativeModel(model.family, model.config),
  };
}

async function fetchJson(name: string): Promise<ReturnType<typeof parseJsonObject>> {
  return parseJsonObject(await (await fetchFile(name)).text(), name);
}

async function fetchFile(name: string): Promise<Response> {
  const response = await fetch(`base/${name}`);
  if (response.ok) return response;
  throw new Error(`Cannot fetch "base/${name}": the server answers ${response.status}`);
}
