import type { FlatTree, Shape, Tensor } from "../../core/mod.ts";
import type { ReadOptions } from "../safetensors/read.ts";
import { type Checkpoint, openCheckpoint } from "./open.ts";
import { type Expected, fitNames } from "./fit.ts";

/**
 * The weights of a model folder, by the names that the model expects. One tensor is read at a time:
 * the file is never in memory as a whole.
 *
 * A parameter that is `tied` and that the file lacks is the very tensor that it is tied to; one that
 * is `optional` and that the file lacks is absent.
 *
 * @param folder with `model.safetensors`, or shards and their index
 * @param expected names and shapes; without it, every tensor by the file's name
 * @throws {TreeError} naming everything that is missing, left over or of another shape
 * @throws {FileFormatError} if a file is not what it should be
 */
export async function loadCheckpoint(
  folder: string,
  expected?: Expected,
  options: ReadOptions = {},
): Promise<FlatTree> {
  using checkpoint = await openCheckpoint(folder);
  const fit = expected
    ? fitNames(shapesOf(checkpoint), expected, folder)
    : new Map(checkpoint.names.map((name) => [name, name]));
  const read = new Map<string, Tensor>();
  for (const inFile of new Set(fit.values())) {
    read.set(inFile, await checkpoint.tensor(inFile, options));
  }
  return Object.fromEntries([...fit].map(([name, inFile]) => [name, read.get(inFile)!]));
}

function shapesOf(checkpoint: Checkpoint): { readonly [name: string]: Shape } {
  return Object.fromEntries(checkpoint.names.map((name) => [name, checkpoint.info(name).shape]));
}
