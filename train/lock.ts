/** A folder in use by one run. */
export type RunLock = { readonly release: () => void };

/**
 * Takes a run's folder. The lock is the operating system's and ends with the process, so a killed
 * run leaves none behind.
 *
 * @throws {Error} if another run has it, or there can be no such folder
 */
export async function lockRun(out: string): Promise<RunLock> {
  const file = await openLock(out);
  const taken = await file.tryLock(true);
  if (!taken) {
    file.close();
    throw new Error(
      `Cannot train into "${out}": another run is writing there; wait for it or use another --out`,
    );
  }
  return { release: () => file.close() };
}

async function openLock(out: string): Promise<Deno.FsFile> {
  try {
    await Deno.mkdir(out, { recursive: true });
    return await Deno.open(`${out}/.lock`, { create: true, write: true });
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new Error(`Cannot train into "${out}": ${reason}; use another --out`, { cause });
  }
}
