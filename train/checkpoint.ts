import { type FlatTree, type Json, type Tree, treeCombine, treeEntries } from "../core/mod.ts";
import {
  readJson,
  readSafetensors,
  writeFolderAtomic,
  writeJson,
  writeSafetensors,
} from "../hub/mod.ts";
import type { Position } from "./batches.ts";

/** What a run needs to go on as if it had never stopped. */
export type RunCheckpoint<T extends Tree> = {
  /** Trainable parameters, optimizer state and step. */
  readonly state: T;
  readonly step: number;
  readonly position: Position;
  /** Settings that the numbers depend on; a resumed run must have the same. */
  readonly settings: Settings;
};

/** Settings of a run, by their names on the command line. */
export type Settings = { readonly [name: string]: Json };

const STATE = "state.safetensors";
const RUN = "run.json";

/** Writes a checkpoint as a folder of its own, then removes the older ones. */
export async function saveRunCheckpoint<T extends Tree>(
  out: string,
  checkpoint: RunCheckpoint<T>,
): Promise<void> {
  const { state, ...run } = checkpoint;
  const name = `checkpoint-${String(checkpoint.step).padStart(8, "0")}`;
  await writeFolderAtomic(`${out}/${name}`, async (folder) => {
    await writeSafetensors(`${folder}/${STATE}`, Object.fromEntries(treeEntries(state)));
    await writeJson(`${folder}/${RUN}`, run);
  });
  const older = (await checkpoints(out)).filter((other) => other < name);
  // A run that was killed while it wrote one has left it under a temporary name.
  const halves = await namesIn(out, /^checkpoint-\d{8}\.\w+\.tmp$/);
  for (const other of [...older, ...halves]) {
    await Deno.remove(`${out}/${other}`, { recursive: true });
  }
}

/**
 * The newest checkpoint of a run, null if it has none.
 *
 * @param like a state of the same structure
 * @throws {TypeError} if the settings differ; names each that does
 */
export async function loadRunCheckpoint<T extends Tree>(
  out: string,
  like: T,
  settings: Settings,
): Promise<RunCheckpoint<T> | null> {
  const newest = (await checkpoints(out)).at(-1);
  if (!newest) return null;
  const run = await readJson(`${out}/${newest}/${RUN}`) as unknown as RunCheckpoint<T>;
  refuseOtherSettings(run.settings, settings, out);
  const flat = await readSafetensors(`${out}/${newest}/${STATE}`);
  refuseOtherTensors(treeEntries(like).map(([path]) => path), flat, `${out}/${newest}`);
  return { ...run, state: treeCombine(like, flat) };
}

/** The step of a run's newest checkpoint, null if it has none. */
export async function lastCheckpoint(out: string): Promise<number | null> {
  const newest = (await checkpoints(out)).at(-1);
  return newest === undefined ? null : Number(newest.slice("checkpoint-".length));
}

/** Names of the complete checkpoints in a folder, oldest first. */
function checkpoints(out: string): Promise<string[]> {
  return namesIn(out, /^checkpoint-\d{8}$/);
}

async function namesIn(folder: string, pattern: RegExp): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const { name } of Deno.readDir(folder)) if (pattern.test(name)) names.push(name);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return names.sort();
}

function refuseOtherSettings(had: Settings, has: Settings, out: string): void {
  const names = [...new Set([...Object.keys(had), ...Object.keys(has)])];
  const differing = names.filter((name) => JSON.stringify(had[name]) !== JSON.stringify(has[name]));
  if (differing.length === 0) return;
  const list = differing.map((name) => {
    return `${name} was ${JSON.stringify(had[name])} and is ${JSON.stringify(has[name])}`;
  });
  throw new TypeError(
    `Cannot resume the run in "${out}": ${list.join("; ")}; ` +
      `use the same settings or another --out`,
  );
}

function refuseOtherTensors(paths: readonly string[], flat: FlatTree, where: string): void {
  const missing = paths.find((path) => !(path in flat));
  if (missing === undefined) return;
  throw new TypeError(
    `Cannot resume from "${where}": it has no "${missing}"; it belongs to another model or method`,
  );
}
