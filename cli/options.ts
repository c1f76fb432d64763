import { parseArgs } from "npm:deno-std@1.4.0/cli/parse_args.js";
import { UsageError } from "./errors.ts";
import { suggestion } from "./suggest.ts";

/** One option of a command. */
export type Option =
  | TextOption
  | ListOption
  | NumberOption
  | ChoiceOption
  | FlagOption;

type Common = {
  /** What it does, for the help. */
  readonly help: string;
  readonly required?: true;
};

/** Any text; `value` is what the help calls it, such as "FOLDER". */
export type TextOption = Common & {
  readonly kind: "text";
  readonly value: string;
  readonly default?: string;
};

/** Texts: the option may be repeated. */
export type ListOption = Common & {
  readonly kind: "list";
  readonly value: string;
  /** Whether commas divide one text into several. */
  readonly commas?: true;
};

/** A number within bounds. */
export type NumberOption = Common & {
  readonly kind: "number";
  readonly default?: number;
  readonly integer?: true;
  readonly min?: number;
  readonly max?: number;
};

/** One of some words. */
export type ChoiceOption = Common & {
  readonly kind: "choice";
  readonly choices: readonly string[];
  readonly default?: string;
};

/** There or not. */
export type FlagOption = Common & { readonly kind: "flag" };

/** Options of a command by their names without the dashes. */
export type OptionTable = { readonly [name: string]: Option };

/** What each option of a table has been given. */
export type Values<T extends OptionTable> = { readonly [K in keyof T]: Value<T[K]> };

type Value<O extends Option> = O extends { readonly kind: "flag" } ? boolean
  : O extends { readonly kind: "list" } ? readonly string[]
  : O extends { readonly kind: "number" } ? number | Missing<O>
  : string | Missing<O>;

type Missing<O> = O extends { readonly required: true } | { readonly default: string | number }
  ? never
  : undefined;

/** What the parser gives: our own view of it, because the package comes without types. */
type Parsed = { readonly _: readonly string[]; readonly [name: string]: unknown };

/**
 * The values of a command line.
 *
 * @param positional name of the option that a bare argument stands for
 * @throws {UsageError} for an option that is unknown, missing or has a value that cannot be
 */
export function parseOptions<T extends OptionTable>(
  table: T,
  args: readonly string[],
  positional?: string,
): Values<T> {
  const parsed = parse(table, args, positional);
  const entries = Object.entries(table).map(([name, option]) => {
    return [name, readValue(name, option, parsed[name])];
  });
  return Object.fromEntries(entries) as Values<T>;
}

function parse(table: OptionTable, args: readonly string[], positional?: string): Parsed {
  const names = Object.keys(table);
  const isFlag = (name: string): boolean => table[name]!.kind === "flag";
  const isList = (name: string): boolean => table[name]!.kind === "list";
  const refuse = (_arg: string, key?: string): void => {
    if (key === undefined) return;
    const valid = names.map((name) => `--${name}`).join(", ");
    const dashes = key.length === 1 ? "-" : "--";
    const meant = suggestion(`--${key}`, names.map((name) => `--${name}`));
    throw new UsageError(`Cannot use the option ${dashes}${key}: the options are ${valid}${meant}`);
  };
  const takesValue = (arg: string): boolean => names.some((n) => arg === `--${n}` && !isFlag(n));
  const parsed: Parsed = parseArgs(joinValues(args, takesValue), {
    boolean: names.filter(isFlag),
    string: ["_", ...names.filter((name) => !isFlag(name))],
    collect: names.filter(isList),
    unknown: refuse,
  });
  const [bare, ...more] = parsed._;
  if (bare === undefined) return parsed;
  if (positional === undefined || more.length > 0 || parsed[positional] !== undefined) {
    const extra = positional === undefined || parsed[positional] !== undefined ? bare : more[0];
    throw new UsageError(`Cannot use the argument "${extra}": every value follows an option`);
  }
  return { ...parsed, [positional]: bare };
}

/** `--lr -1` as `--lr=-1`: the parser takes what begins with a dash, or is empty, for no value. */
function joinValues(
  args: readonly string[],
  takesValue: (arg: string) => boolean,
): readonly string[] {
  const joined: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const next = args[i + 1];
    const isValue = next !== undefined && /^(-(?![-a-z])|$)/i.test(next);
    joined.push(isValue && takesValue(args[i]!) ? `${args[i]}=${args[++i]}` : args[i]!);
  }
  return joined;
}

function readValue(name: string, option: Option, given: unknown): unknown {
  if (option.kind === "flag") return given === true;
  if (option.kind === "list") return readList(name, option, given);
  if (given === undefined) {
    if (option.required) throw new UsageError(`Cannot run without --${name}: ${option.help}`);
    return option.default;
  }
  if (given === "") throw new UsageError(`Cannot read --${name}: its value is missing`);
  const text = String(given);
  if (option.kind === "number") return readNumber(name, option, text);
  if (option.kind === "choice" && !option.choices.includes(text)) {
    throw new UsageError(
      `Cannot use --${name} ${text}: the choices are ${option.choices.join(", ")}` +
        suggestion(text, option.choices),
    );
  }
  return text;
}

function readList(name: string, option: ListOption, given: unknown): readonly string[] {
  const texts = (given as readonly string[] | undefined) ?? [];
  if (texts.includes("")) throw new UsageError(`Cannot read --${name}: its value is missing`);
  if (texts.length === 0 && option.required) {
    throw new UsageError(`Cannot run without --${name}: ${option.help}`);
  }
  if (!option.commas) return texts;
  return texts.flatMap((text) => text.split(",")).filter((text) => text !== "");
}

function readNumber(name: string, option: NumberOption, text: string): number {
  const value = Number(text);
  const { integer, min = -Infinity, max = Infinity } = option;
  const fits = Number.isFinite(value) && value >= min && value <= max &&
    (!integer || Number.isSafeInteger(value));
  if (text.trim() !== "" && fits) return value;
  throw new UsageError(`Cannot use --${name} ${text}: ${describeNumber(option)} is expected`);
}

/** "a whole number of at least 1". */
export function describeNumber({ integer, min, max }: NumberOption): string {
  const what = integer ? "a whole number" : "a number";
  if (min !== undefined && max !== undefined) return `${what} from ${min} to ${max}`;
  if (min !== undefined) return `${what} of at least ${min}`;
  return max === undefined ? what : `${what} of at most ${max}`;
}
