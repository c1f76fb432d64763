import type { Command } from "./command.ts";
import { describeNumber, type Option } from "./options.ts";

/** The help of the program: its commands. */
export function formatCommands(commands: readonly Command[]): string {
  const rows = commands.map(({ name, summary }) => [name, summary] as const);
  return [
    "Usage: graft COMMAND [OPTIONS]",
    "",
    "Commands:",
    ...columns(rows),
    "",
    "graft COMMAND --help lists the options of a command.",
  ].join("\n");
}

/** The help of one command: its options. */
export function formatOptions(command: Command): string {
  const bare = command.positional ? ` [${command.positional.toUpperCase()}]` : "";
  const rows = Object.entries(command.options).map(([name, option]) => {
    return [`--${name}${formatValue(option)}`, option.help + formatNote(option)] as const;
  });
  return [
    command.summary,
    "",
    `Usage: graft ${command.name}${bare} [OPTIONS]`,
    "",
    "Options:",
    ...columns([...rows, ["--help", "Show this text"]]),
  ].join("\n");
}

function formatValue(option: Option): string {
  switch (option.kind) {
    case "flag":
      return "";
    case "number":
      return " N";
    case "choice":
      return " WORD";
    default:
      return ` ${option.value}`;
  }
}

function formatNote(option: Option): string {
  const notes: string[] = [];
  if (option.required) notes.push("required");
  if (option.kind === "number" && option.min !== undefined) notes.push(describeNumber(option));
  if (option.kind === "choice") notes.push(option.choices.join(", "));
  if ("default" in option && option.default !== undefined) notes.push(`default ${option.default}`);
  return notes.length === 0 ? "" : ` (${notes.join("; ")})`;
}

function columns(rows: readonly (readonly [left: string, right: string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length)) + 2;
  return rows.flatMap(([left, right]) =>
    wrap(right, COLUMNS - width - 2).map((line, i) => {
      return `  ${(i === 0 ? left : "").padEnd(width)}${line}`;
    })
  );
}

const COLUMNS = 100;

/** Text in lines of at most `width` letters, broken at spaces. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
