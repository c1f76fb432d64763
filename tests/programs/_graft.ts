const MAIN = new URL("../../cli/main.ts", import.meta.url).pathname;

/** What a process of the `graft` command has written and its exit code. */
export type Ended = { readonly code: number; readonly out: string; readonly notes: string };

/** Starts the `graft` command as a process of its own. */
export function startGraft(...args: readonly string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", MAIN, ...args],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Runs the `graft` command as a process of its own. */
export async function graft(...args: readonly string[]): Promise<Ended> {
  return await ended(startGraft(...args));
}

/** Waits for a process. */
export async function ended(process: Deno.ChildProcess): Promise<Ended> {
  const { code, stdout, stderr } = await process.output();
  const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return { code, out: decode(stdout), notes: decode(stderr) };
}
