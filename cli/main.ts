/**
 * The `graft` command: fine-tune, evaluate, merge, inspect and run models.
 *
 * @module
 */
import { COMMANDS } from "./commands/mod.ts";
import { UsageError } from "./errors.ts";
import { formatCommands, formatOptions } from "./help.ts";
import { suggestion } from "./suggest.ts";
import { processTerminal, type Terminal } from "./terminal.ts";

export type { Terminal };

/** Runs a command line and returns the exit code: 0, or 1 after one line that says what is wrong. */
export async function main(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    await runCommand(args, terminal);
    return 0;
  } catch (error) {
    // Whoever reads the results has seen enough, as `head` does.
    if (error instanceof Deno.errors.BrokenPipe) return 0;
    terminal.note(`error: ${messageOf(error)}`);
    return 1;
  }
}

async function runCommand(args: readonly string[], terminal: Terminal): Promise<void> {
  const [name, ...rest] = args;
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    terminal.out(formatCommands(COMMANDS));
    return;
  }
  const command = COMMANDS.find((command) => command.name === name);
  if (!command) {
    const names = COMMANDS.map((command) => command.name).join(", ");
    const meant = suggestion(name, COMMANDS.map((command) => command.name));
    throw new UsageError(`Cannot run the command "${name}": the commands are ${names}${meant}`);
  }
  if (rest.includes("--help") || rest.includes("-h")) {
    terminal.out(formatOptions(command));
    return;
  }
  await command.run(rest, terminal);
}

function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/\s*\n\s*/g, " ");
}

/** Where a container names no runtime folder, Mesa says so at every look for a graphics card. */
function quietMesa(): void {
  if (Deno.build.os === "linux" && !Deno.env.has("XDG_RUNTIME_DIR")) {
    Deno.env.set("XDG_RUNTIME_DIR", "/tmp");
  }
}

if (import.meta.main) {
  quietMesa();
  Deno.exit(await main(Deno.args, processTerminal()));
}
