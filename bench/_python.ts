/** A reference program that runs one round whenever it is asked to. */
export type Python = {
  /** Milliseconds of what a line asks for. */
  readonly ask: (line: string) => Promise<number>;
  /** Milliseconds of one more round. */
  readonly next: () => Promise<number>;
  /** Ends it; returns what it says of itself. */
  readonly close: () => Promise<string>;
};

/** Starts a Python program; null if there is no Python with torch and peft. */
export async function openPython(script: string, args: readonly string[]): Promise<Python | null> {
  const python = Deno.env.get("GRAFT_PYTHON") ?? "python3";
  const path = new URL(`../${script}`, import.meta.url).pathname;
  let child: Deno.ChildProcess;
  try {
    const probe = await new Deno.Command(python, {
      args: ["-c", "import torch, peft"],
      stdout: "null",
      stderr: "null",
    }).output();
    if (!probe.success) return null;
    child = new Deno.Command(python, {
      args: [path, ...args],
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
  } catch {
    return null;
  }
  const input = child.stdin.getWriter();
  const output = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  const line = async (): Promise<string> => {
    while (!rest.includes("\n")) {
      const { value, done } = await output.read();
      if (done) throw new Error(`Cannot go on: ${script} ended early`);
      rest += value;
    }
    const [first, ...others] = rest.split("\n");
    rest = others.join("\n");
    return first!;
  };
  const ask = async (what: string): Promise<string> => {
    await input.write(new TextEncoder().encode(`${what}\n`));
    return await line();
  };
  await line();
  return {
    ask: async (line) => Number(await ask(line)),
    next: async () => Number(await ask("step")),
    close: async () => {
      const last = await ask("end");
      await child.status;
      return last;
    },
  };
}
