import "../../mod.ts";
import type { Tensor } from "../../mod.ts";
import { openTensors, type TensorFile } from "../golden/tensors.ts";
import { type Gpt2Config, gpt2Family, type Gpt2Params, paramsOf } from "../../models/mod.ts";
import type { AnyFamily } from "../../models/mod.ts";

/** A golden case of GPT-2: its model, and its inputs and expectations. */
export type Gpt2Case = {
  readonly params: Gpt2Params;
  readonly config: Gpt2Config;
  readonly io: TensorFile;
};

const ROOT = new URL("../goldens/models/", import.meta.url);

/** Reads the case of a folder. */
export async function openCase(name: string): Promise<Gpt2Case> {
  const folder = new URL(`${name}/`, ROOT);
  const json = JSON.parse(await Deno.readTextFile(new URL("config.json", folder)));
  const file = await openTensors(new URL("model.safetensors", folder).pathname);
  const tensors = Object.fromEntries([...file.names].map((key) => [key, file.get(key)]));
  return {
    config: gpt2Family.parseConfig(json),
    params: paramsOf(gpt2Family as unknown as AnyFamily, tensors) as Gpt2Params,
    io: await openTensors(new URL("io.safetensors", folder).pathname),
  };
}

/** Rows of a matrix of ids. */
export async function rowsOf(x: Tensor): Promise<number[][]> {
  const data = Array.from(await x.data());
  const width = x.shape[1]!;
  return Array.from({ length: x.shape[0]! }, (_, i) => data.slice(i * width, (i + 1) * width));
}
