import type { Json, Tree } from "../mod.ts";
import { readJson, readSafetensors, writeJson, writeSafetensors } from "../hub/mod.ts";
import { type Adapter, adapterFromFiles, adapterToFiles } from "../peft/mod.ts";

const CONFIG = "adapter_config.json";
const WEIGHTS = "adapter_model.safetensors";

/** Reads the adapter in a folder as PEFT writes it, checked against the model that it is for. */
export async function loadAdapter(folder: string, params: Tree): Promise<Adapter> {
  const config = await readJson(`${folder}/${CONFIG}`) as { readonly [field: string]: Json };
  const tensors = await readSafetensors(`${folder}/${WEIGHTS}`, { dtype: "f32" });
  return adapterFromFiles({ config, tensors }, params);
}

/** Writes an adapter as PEFT does: its settings, and its tensors. */
export async function saveAdapter(folder: string, adapter: Adapter): Promise<void> {
  const { config, tensors } = adapterToFiles(adapter);
  await Deno.mkdir(folder, { recursive: true });
  await writeSafetensors(`${folder}/${WEIGHTS}`, tensors);
  await writeJson(`${folder}/${CONFIG}`, config);
}
