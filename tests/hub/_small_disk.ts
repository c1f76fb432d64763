/** Whether this user may mount, and why not. */
export const whyNoDisk: string | null = whyNotMountable();

/**
 * Runs `use` with the folder of a file system of `kilobytes`, which is taken away afterwards. Only
 * where `whyNoDisk` is null.
 */
export async function withSmallDisk(
  kilobytes: number,
  use: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    command("mount", "-t", "tmpfs", "-o", `size=${kilobytes}k`, "tmpfs", folder);
    try {
      await use(folder);
    } finally {
      command("umount", folder);
    }
  } finally {
    await Deno.remove(folder);
  }
}

function whyNotMountable(): string | null {
  const folder = Deno.makeTempDirSync();
  try {
    command("mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", folder);
    command("umount", folder);
    return null;
  } catch (error) {
    return `no small file system can be mounted: ${(error as Error).message}`;
  } finally {
    Deno.removeSync(folder);
  }
}

function command(name: string, ...args: readonly string[]): void {
  const { success, stderr } = new Deno.Command(name, { args: [...args] }).outputSync();
  if (!success) throw new Error(new TextDecoder().decode(stderr).trim());
}
