import type { Tensor } from "../../core/mod.ts";
import { FileFormatError } from "../errors.ts";
import { isJsonObject, readJsonIfExists } from "../json.ts";
import type { FileDType } from "../safetensors/dtypes.ts";
import type { TensorInfo } from "../safetensors/header.ts";
import { openSafetensors, type ReadOptions, type SafetensorsFile } from "../safetensors/read.ts";

/** Names of the files that the Hugging Face libraries give a model's weights. */
export const WEIGHTS_FILE = "model.safetensors";

/** Name of the file that says which shard has which tensor. */
export const INDEX_FILE = "model.safetensors.index.json";

/** The weights of a folder, in one file or in several: known by name, read when asked for. */
export type Checkpoint = {
  readonly folder: string;
  readonly names: readonly string[];
  readonly dtypes: { readonly [name: string]: FileDType };
  info(name: string): TensorInfo;
  tensor(name: string, options?: ReadOptions): Promise<Tensor>;
  close(): void;
  [Symbol.dispose](): void;
};

/**
 * Opens `model.safetensors` of a folder, or the shards that `model.safetensors.index.json` lists.
 * Headers are read and checked at once, tensors when they are asked for.
 *
 * @throws {FileFormatError} if the folder has neither, or the shards do not hold what the index says
 */
export async function openCheckpoint(folder: string): Promise<Checkpoint> {
  const whole = `${folder}/${WEIGHTS_FILE}`;
  if (await isFile(whole)) {
    const file = await openSafetensors(whole);
    return joinFiles(folder, [file], new Map(file.names.map((name) => [name, file])));
  }
  const path = `${folder}/${INDEX_FILE}`;
  const index = await readJsonIfExists(path);
  if (!index) {
    throw new FileFormatError(folder, "the weights", await whatIsMissing(folder));
  }
  return await openShards(folder, parseIndex(index, path), path);
}

async function openShards(
  folder: string,
  weightMap: ReadonlyMap<string, string>,
  path: string,
): Promise<Checkpoint> {
  const files = new Map<string, SafetensorsFile>();
  try {
    for (const shard of new Set(weightMap.values())) {
      files.set(shard, await openSafetensors(`${folder}/${shard}`));
    }
    const home = new Map([...weightMap].map(([name, shard]) => [name, files.get(shard)!]));
    for (const [name, file] of home) {
      if (Object.hasOwn(file.dtypes, name)) continue;
      throw new FileFormatError(path, `weight_map "${name}"`, `is not in "${file.path}"`);
    }
    return joinFiles(folder, [...files.values()], home);
  } catch (error) {
    for (const file of files.values()) file.close();
    throw error;
  }
}

function joinFiles(
  folder: string,
  files: readonly SafetensorsFile[],
  home: ReadonlyMap<string, SafetensorsFile>,
): Checkpoint {
  const fileOf = (name: string): SafetensorsFile => {
    const file = home.get(name);
    if (file) return file;
    throw new RangeError(`Cannot read "${name}" of "${folder}": its weights have no such tensor`);
  };
  const close = (): void => files.forEach((file) => file.close());
  return {
    folder,
    names: [...home.keys()],
    dtypes: Object.fromEntries([...home].map(([name, file]) => [name, file.dtypes[name]!])),
    info: (name) => fileOf(name).info(name),
    tensor: (name, options) => fileOf(name).tensor(name, options),
    close,
    [Symbol.dispose]: close,
  };
}

/** Tensor name to shard. Shards are names in the folder: an index must not lead out of it. */
function parseIndex(index: unknown, path: string): ReadonlyMap<string, string> {
  const map = isJsonObject(index) ? index.weight_map : undefined;
  if (!isJsonObject(map)) throw new FileFormatError(path, "weight_map", "is not an object");
  for (const [name, shard] of Object.entries(map)) {
    if (typeof shard === "string" && /^[^/\\]+\.safetensors$/.test(shard)) continue;
    throw new FileFormatError(
      path,
      `weight_map "${name}"`,
      `is ${JSON.stringify(shard)}; expected a .safetensors file of the folder`,
    );
  }
  return new Map(Object.entries(map) as [string, string][]);
}

async function whatIsMissing(folder: string): Promise<string> {
  const expected = `expected ${WEIGHTS_FILE} or ${INDEX_FILE}`;
  if (!await isFile(`${folder}/pytorch_model.bin`)) return `are missing; ${expected}`;
  return `are only there as pytorch_model.bin, which may run code; ${expected}`;
}

async function isFile(path: string): Promise<boolean> {
  return await Deno.stat(path).then((stat) => stat.isFile, () => false);
}
