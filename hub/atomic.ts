import { WriteError } from "./errors.ts";

/** Writes `bytes` whole: one write may take only a part of them. */
export async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
}

/**
 * Writes a file under a temporary name beside `path` and renames it when it is complete: a reader
 * sees the old file or the new one, and a failure (a full disk, say) leaves no trace.
 *
 * @param write fills the open file
 * @throws {WriteError} naming `path`, with the failure as its cause
 */
export async function writeFileAtomic(
  path: string,
  write: (file: Deno.FsFile) => Promise<void>,
): Promise<void> {
  const temporary = temporaryName(path);
  try {
    {
      using file = await Deno.open(temporary, { write: true, createNew: true });
      await write(file);
      await file.sync();
    }
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw cannotWrite(path, error);
  }
}

/** Writes a text file as `writeFileAtomic` does. */
export async function writeTextAtomic(path: string, text: string): Promise<void> {
  await writeFileAtomic(path, (file) => writeAll(file, new TextEncoder().encode(text)));
}

/**
 * Fills a temporary folder beside `path` and renames it when it is complete. A folder that is there
 * already is replaced as a whole, and kept when filling fails.
 *
 * @param fill writes into the folder whose path it gets
 * @throws {WriteError} naming `path`, with the failure as its cause
 */
export async function writeFolderAtomic(
  path: string,
  fill: (temporary: string) => Promise<void>,
): Promise<void> {
  const target = path.replace(/\/+$/, "");
  const temporary = temporaryName(target);
  try {
    await Deno.mkdir(temporary, { recursive: true });
    await fill(temporary);
    await replaceFolder(target, temporary);
  } catch (error) {
    await Deno.remove(temporary, { recursive: true }).catch(() => {});
    throw cannotWrite(path, error);
  }
}

/**
 * Writes files of a folder together: `fill` writes them into a temporary folder inside, and when all
 * are complete they replace those of the same names; other files stay. A failure changes nothing,
 * and takes the folder away again if it was not there before.
 *
 * @param fill writes files into the folder whose path it gets
 * @param options `replaces`: files of these names go too, where `fill` has not written them
 * @throws {WriteError} naming `folder`, with the failure as its cause
 */
export async function writeFilesAtomic(
  folder: string,
  fill: (temporary: string) => Promise<void>,
  options: { readonly replaces?: RegExp } = {},
): Promise<void> {
  const temporary = temporaryName(`${folder}/`);
  const isNew = !await Deno.stat(folder).then(() => true, () => false);
  try {
    await Deno.mkdir(temporary, { recursive: true });
    await fill(temporary);
    const written = new Set(await filesIn(temporary));
    for (const name of written) await Deno.rename(`${temporary}/${name}`, `${folder}/${name}`);
    await Deno.remove(temporary);
    for (const name of await filesIn(folder)) {
      if (options.replaces?.test(name) && !written.has(name)) {
        await Deno.remove(`${folder}/${name}`);
      }
    }
  } catch (error) {
    await Deno.remove(isNew ? folder : temporary, { recursive: true }).catch(() => {});
    throw cannotWrite(folder, error);
  }
}

async function filesIn(folder: string): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const { name, isFile } of Deno.readDir(folder)) if (isFile) names.push(name);
  return names;
}

/** Folders cannot be renamed over one another: the old one steps aside first. */
async function replaceFolder(target: string, filled: string): Promise<void> {
  const aside = `${filled}.old`;
  const had = await Deno.rename(target, aside).then(() => true, (error) => {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  });
  try {
    await Deno.rename(filled, target);
  } catch (error) {
    if (had) await Deno.rename(aside, target);
    throw error;
  }
  if (had) await Deno.remove(aside, { recursive: true });
}

function temporaryName(path: string): string {
  return `${path}.${crypto.randomUUID().slice(0, 8)}.tmp`;
}

/** Says that nothing was changed, and of nested writes only what the innermost failure was. */
function cannotWrite(path: string, error: unknown): WriteError {
  const cause = error instanceof WriteError ? error.cause : error;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new WriteError(`Cannot write "${path}": ${reason}; nothing was changed`, { cause });
}
