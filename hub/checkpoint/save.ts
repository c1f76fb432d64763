import type { FlatTree, Tensor } from "../../core/mod.ts";
import { writeFilesAtomic } from "../atomic.ts";
import { writeJson } from "../json.ts";
import { fileBytesOf, type WriteOptions, writeSafetensors } from "../safetensors/write.ts";
import { INDEX_FILE, WEIGHTS_FILE } from "./open.ts";

/** Names of the files that hold the weights of a model folder. */
export const WEIGHTS_FILES: RegExp = /^model(-\d{5}-of-\d{5})?\.safetensors(\.index\.json)?$/;

/** How a checkpoint is saved. */
export type SaveOptions = WriteOptions & {
  /** Bytes of tensors that one file may hold; default 5 GB. A larger tensor has its own file. */
  readonly maxShardBytes?: number;
};

/**
 * Saves weights to a folder as the Hugging Face libraries name them: `model.safetensors`, or
 * `model-00001-of-00002.safetensors` ... and their index when they are larger than one shard.
 *
 * They take the place of the weights that the folder had before when all of them are complete.
 *
 * @throws {WriteError} if that fails; the folder is then as it was
 */
export async function saveCheckpoint(
  folder: string,
  tensors: FlatTree,
  options: SaveOptions = {},
): Promise<void> {
  const { maxShardBytes = 5e9, ...write } = options;
  const shards = splitShards(tensors, maxShardBytes, write);
  await writeFilesAtomic(folder, async (temporary) => {
    const weightMap: Record<string, string> = {};
    for (const [i, shard] of shards.entries()) {
      const file = shards.length === 1 ? WEIGHTS_FILE : shardName(i + 1, shards.length);
      await writeSafetensors(`${temporary}/${file}`, Object.fromEntries(shard), write);
      for (const [name] of shard) weightMap[name] = file;
    }
    if (shards.length === 1) return;
    const total_size = Object.entries(tensors).reduce((sum, entry) => sum + size(entry, write), 0);
    const index = { metadata: { total_size }, weight_map: weightMap };
    await writeJson(`${temporary}/${INDEX_FILE}`, index);
  }, { replaces: WEIGHTS_FILES });
}

type Entry = readonly [name: string, tensor: Tensor];

/** Fills shards in the order of the tree; never an empty one, unless there is nothing at all. */
function splitShards(
  tensors: FlatTree,
  maxBytes: number,
  options: WriteOptions,
): readonly (readonly Entry[])[] {
  let shard: Entry[] = [];
  let bytes = 0;
  const shards = [shard];
  for (const entry of Object.entries(tensors)) {
    const more = size(entry, options);
    if (shard.length > 0 && bytes + more > maxBytes) {
      shards.push(shard = []);
      bytes = 0;
    }
    shard.push(entry);
    bytes += more;
  }
  return shards;
}

function size([name, tensor]: Entry, { dtypes }: WriteOptions): number {
  return fileBytesOf(tensor, dtypes?.[name]);
}

function shardName(i: number, count: number): string {
  const five = (n: number): string => String(n).padStart(5, "0");
  return `model-${five(i)}-of-${five(count)}.safetensors`;
}
