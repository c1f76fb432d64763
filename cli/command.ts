import { type OptionTable, parseOptions, type Values } from "./options.ts";
import type { Terminal } from "./terminal.ts";

/** One command of the program. */
export type Command = {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  readonly options: OptionTable;
  /** The option that a bare argument stands for. */
  readonly positional: string | undefined;
  /** Parses the arguments and does it. */
  readonly run: (args: readonly string[], terminal: Terminal) => Promise<void>;
};

/** A command from its table of options and a function of their values. */
export function defineCommand<const T extends OptionTable>(spec: {
  readonly name: string;
  readonly summary: string;
  readonly options: T;
  readonly positional?: string;
  readonly run: (values: Values<T>, terminal: Terminal) => Promise<void>;
}): Command {
  const { name, summary, options, positional } = spec;
  return {
    name,
    summary,
    options,
    positional,
    run: (args, terminal) => spec.run(parseOptions(options, args, positional), terminal),
  };
}
