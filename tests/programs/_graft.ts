const MAIN = new URL("../../cli/main.ts", import.meta.url).pathname;

/** What a process of the `graft` command has written and its exit code. */
export type Ended = { readonly code: number; readonly out: string; readonly notes: string };

/** Starts the `graft` command as a process of its own. */
export function startGraft(...args: readonly string[]): Deno.ChildProcess {
  return start(args, "null");
}

/** Runs the `graft` command with a text on standard input. */
export async function graftWithInput(text: string, ...args: readonly string[]): Promise<Ended> {
  const process = start(args, "piped");
  const writer = process.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  return await ended(process);
}

function start(args: readonly string[], stdin: "null" | "piped"): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", MAIN, ...args],
    stdin,
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
