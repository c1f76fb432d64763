import type { Hash } from "node:crypto";
import { dirname } from "node:path";
import { writeAll } from "./atomic.ts";
import { exists } from "./cache.ts";
import { WriteError } from "./errors.ts";

/** A file of the hub on its way into the cache. */
export type Incoming = {
  /** Name of the file, for errors. */
  readonly name: string;
  /** What the hub sends: a part of it is fetched by slicing. */
  readonly content: Blob;
  /** Where it belongs. */
  readonly path: string;
  readonly total: number;
  /** The hash that its bytes must have, in hexadecimal, and a new computation of one. */
  readonly digest: string;
  readonly newHash: () => Hash;
  readonly onBytes: (bytes: number) => void;
};

/** Connections that one download may take. */
const CONNECTIONS = 3;

/**
 * Receives a file under the name that the Hugging Face libraries use, `<path>.incomplete`, and
 * renames it when all its bytes are there and are right. What a broken connection or a killed process
 * has left is gone on with, by asking for the rest; two processes take turns.
 *
 * @throws {Error} if the connection breaks again and again: the part is kept
 * @throws {Error} if the bytes are not those promised: they are thrown away
 * @throws {WriteError} if the disk does not take them: they are thrown away
 */
export async function receiveBlob(incoming: Incoming): Promise<void> {
  const { name, path, total, digest } = incoming;
  const partial = `${path}.incomplete`;
  await Deno.mkdir(dirname(path), { recursive: true });
  using file = await openAlone(partial);
  if (await exists(path)) { // another process was faster
    await Deno.remove(partial);
    return;
  }
  const hash = incoming.newHash();
  let bytes = await hashSoFar(file, hash);
  for (let i = 1; bytes < total; i++) {
    const received = await receive(incoming, { file, hash, bytes });
    bytes = received.bytes;
    if (bytes >= total || i < CONNECTIONS) continue;
    throw new Error(
      `Cannot download "${name}": the connection broke after ${bytes} of ${total} bytes` +
        `${received.reason}; run it again to go on from there`,
    );
  }
  const found = hash.digest("hex");
  if (bytes !== total || found !== digest) {
    await Deno.remove(partial);
    throw new Error(
      `Cannot download "${name}": ${bytes} bytes with hash ${found} have come; ` +
        `expected ${total} bytes with ${digest}; run it again to begin anew`,
    );
  }
  await file.sync();
  await Deno.rename(partial, path);
}

/** The file of that name, locked: who held it before may have renamed or removed what was opened. */
async function openAlone(path: string): Promise<Deno.FsFile> {
  while (true) {
    const file = await Deno.open(path, { read: true, write: true, create: true });
    await file.lock(true);
    const [opened, named] = await Promise.all([
      file.stat(),
      Deno.stat(path).catch(() => null),
    ]);
    if (named && named.ino === opened.ino) return file;
    file.close();
  }
}

/** Hashes what is there already, and ends at its end. */
async function hashSoFar(file: Deno.FsFile, hash: Hash): Promise<number> {
  const buffer = new Uint8Array(1 << 20);
  let bytes = 0;
  for (let count; (count = await file.read(buffer)) !== null; bytes += count) {
    hash.update(buffer.subarray(0, count));
  }
  return bytes;
}

type SoFar = { readonly file: Deno.FsFile; readonly hash: Hash; readonly bytes: number };

/** Appends the rest over one connection, as far as it holds; says why it does not. */
async function receive(
  { content, path, total, onBytes }: Incoming,
  { file, hash, bytes }: SoFar,
): Promise<{ readonly bytes: number; readonly reason: string }> {
  const reader = content.slice(bytes).stream().getReader();
  let count = bytes;
  while (true) {
    let chunk;
    try {
      chunk = await reader.read();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return { bytes: count, reason: ` (${reason})` };
    }
    if (chunk.done) return { bytes: count, reason: "" };
    try {
      await writeAll(file, chunk.value);
    } catch (cause) {
      await reader.cancel().catch(() => {});
      await Deno.remove(`${path}.incomplete`);
      const reason = (cause as Error).message;
      throw new WriteError(`Cannot write "${path}": ${reason}; nothing was changed`, { cause });
    }
    hash.update(chunk.value);
    onBytes(count += chunk.value.length);
    if (count <= total) continue;
    await reader.cancel().catch(() => {});
    return { bytes: count, reason: "" };
  }
}
