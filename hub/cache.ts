import { writeTextAtomic } from "./atomic.ts";

/**
 * The folder where the Hugging Face libraries keep what they download: `HF_HUB_CACHE`, or `hub` in
 * `HF_HOME`, or `~/.cache/huggingface/hub`.
 */
export function hubCacheFolder(): string {
  const env = (name: string): string | undefined => Deno.env.get(name) || undefined;
  const cache = env("XDG_CACHE_HOME") ?? `${env("HOME") ?? env("USERPROFILE") ?? "."}/.cache`;
  const home = env("HF_HOME") ?? `${cache}/huggingface`;
  return env("HF_HUB_CACHE") ?? env("HUGGINGFACE_HUB_CACHE") ?? `${home}/hub`;
}

/** The folder of one model in a cache: `models--org--name`. */
export function cachedModelFolder(cache: string, id: string): string {
  return `${cache}/models--${id.replaceAll("/", "--")}`;
}

/** The files of a revision (a branch, tag or commit) if the cache knows it, otherwise null. */
export async function findSnapshot(modelFolder: string, revision: string): Promise<string | null> {
  const commit = isCommit(revision) ? revision : await readRef(modelFolder, revision);
  if (commit === null || !isCommit(commit)) return null;
  const snapshot = snapshotFolder(modelFolder, commit);
  return await exists(snapshot) ? snapshot : null;
}

/** Where the files of a commit lie. */
export function snapshotFolder(modelFolder: string, commit: string): string {
  return `${modelFolder}/snapshots/${commit}`;
}

/** Remembers which commit a branch or tag was. */
export async function writeRef(
  modelFolder: string,
  revision: string,
  commit: string,
): Promise<void> {
  if (revision === commit) return;
  const path = `${modelFolder}/refs/${revision}`;
  const { dirname } = await import("node:path");
  await Deno.mkdir(dirname(path), { recursive: true });
  await writeTextAtomic(path, commit);
}

/** Puts a blob into a snapshot under its name: a relative link, or a copy where links are refused. */
export async function linkBlob(blob: string, pointer: string): Promise<void> {
  const { dirname, relative } = await import("node:path");
  await Deno.mkdir(dirname(pointer), { recursive: true });
  await Deno.remove(pointer).catch(() => {});
  try {
    await Deno.symlink(relative(dirname(pointer), blob), pointer, { type: "file" });
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return;
    await Deno.copyFile(blob, pointer);
  }
}

/** Whether something is at `path`; a link counts if what it points to is there. */
export async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

/** Whether `revision` is a commit and not the name of a branch or tag. */
export function isCommit(revision: string): boolean {
  return /^[0-9a-f]{40}$/.test(revision);
}

async function readRef(modelFolder: string, revision: string): Promise<string | null> {
  try {
    return (await Deno.readTextFile(`${modelFolder}/refs/${revision}`)).trim();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
