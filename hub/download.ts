import { createHash, type Hash } from "node:crypto";
import type { ListFileEntry } from "npm:@huggingface/hub@2.17.5";
import { receiveBlob } from "./_blob.ts";
import { exists, linkBlob, snapshotFolder, writeRef } from "./cache.ts";

/** Where to download from and what. */
export type Source = {
  readonly id: string;
  readonly revision: string;
  readonly endpoint: string;
  readonly token: string | undefined;
};

/** How far a download is. */
export type Progress = { readonly file: string; readonly bytes: number; readonly total: number };

/**
 * Downloads the wanted files of a model into its folder of the cache and returns the snapshot.
 * What the cache has already is not fetched again, not even a part of a file; what arrives is checked
 * against its hash before it gets its name.
 */
export async function downloadSnapshot(
  source: Source,
  modelFolder: string,
  wanted: (path: string) => boolean,
  onProgress: (progress: Progress) => void,
): Promise<string> {
  const { listFiles, modelInfo } = await import("npm:@huggingface/hub@2.17.5");
  const { id, revision } = source;
  const access = credentials(source);
  const { sha } = await modelInfo({ name: id, revision, additionalFields: ["sha"], ...access });
  const snapshot = snapshotFolder(modelFolder, sha);
  const found: string[] = [];
  for await (const entry of listFiles({ repo: id, revision: sha, recursive: true, ...access })) {
    if (entry.type !== "file" || !wanted(entry.path)) continue;
    checkEntry(entry, id);
    found.push(entry.path);
    const blob = `${modelFolder}/blobs/${blobName(entry)}`;
    if (!await exists(blob)) await downloadBlob(source, sha, entry, blob, onProgress);
    if (!await exists(`${snapshot}/${entry.path}`)) {
      await linkBlob(blob, `${snapshot}/${entry.path}`);
    }
  }
  if (found.length === 0) {
    throw new Error(`Cannot download "${id}": none of its files is one of those asked for`);
  }
  await writeRef(modelFolder, revision, sha);
  return snapshot;
}

async function downloadBlob(
  source: Source,
  commit: string,
  entry: ListFileEntry,
  path: string,
  onProgress: (progress: Progress) => void,
): Promise<void> {
  const { downloadFile } = await import("npm:@huggingface/hub@2.17.5");
  const request = { repo: source.id, path: entry.path, revision: commit, ...credentials(source) };
  // An empty file has no first byte, which is what the library asks for to learn the size.
  const isEmpty = (entry.lfs?.size ?? entry.size) === 0;
  const content = isEmpty ? new Blob() : await downloadFile(request);
  if (!content) throw new Error(`Cannot download "${entry.path}" of "${source.id}": it is gone`);
  const total = entry.lfs?.size ?? entry.size;
  await receiveBlob({
    name: entry.path,
    content,
    path,
    total,
    digest: blobName(entry),
    newHash: () => hashOf(entry, total),
    onBytes: (bytes) => onProgress({ file: entry.path, bytes, total }),
  });
}

/** Large files are named by their SHA-256, others by git's SHA-1 of their size and content. */
function hashOf(entry: ListFileEntry, bytes: number): Hash {
  return entry.lfs ? createHash("sha256") : createHash("sha1").update(`blob ${bytes}\0`);
}

function blobName(entry: ListFileEntry): string {
  return entry.lfs?.oid ?? entry.oid ?? "";
}

/** Names come from the network and become paths. */
function checkEntry(entry: ListFileEntry, id: string): void {
  const parts = entry.path.split(/[/\\]/);
  const escapes = parts.some((part) => part === "" || part === "." || part === "..");
  if (escapes || entry.path.includes(":")) {
    throw new Error(`Cannot download "${id}": the file name "${entry.path}" leads elsewhere`);
  }
  if (!/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(blobName(entry))) {
    throw new Error(
      `Cannot download "${entry.path}" of "${id}": its hash "${blobName(entry)}" is none`,
    );
  }
}

function credentials({ endpoint, token }: Source): { hubUrl: string; accessToken?: string } {
  return token === undefined ? { hubUrl: endpoint } : { hubUrl: endpoint, accessToken: token };
}
