import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../cli/errors.ts";
import { parseOptions } from "../../cli/options.ts";

const TABLE = {
  name: { kind: "text", value: "TEXT", help: "A name" },
  size: { kind: "number", integer: true, min: 1, max: 9, default: 3, help: "A size" },
  rate: { kind: "number", help: "A rate" },
  mode: { kind: "choice", choices: ["a", "b"], default: "a", help: "A mode" },
  file: { kind: "list", value: "FILE", help: "Files" },
  only: { kind: "list", value: "NAME", commas: true, help: "Names" },
  fast: { kind: "flag", help: "Be fast" },
} as const;

Deno.test("parseOptions: defaults", () => {
  assertEquals(parseOptions(TABLE, []), {
    name: undefined,
    size: 3,
    rate: undefined,
    mode: "a",
    file: [],
    only: [],
    fast: false,
  });
});

Deno.test("parseOptions: values in both spellings, lists, flags, text that looks like a number", () => {
  const args = ["--name=007", "--size", "9", "--rate=-1e-3", "--mode", "b", "--fast"];
  const lists = ["--file", "a,b", "--file", "c", "--only", "x,y", "--only=z"];
  assertEquals(parseOptions(TABLE, [...args, ...lists]), {
    name: "007",
    size: 9,
    rate: -1e-3,
    mode: "b",
    file: ["a,b", "c"],
    only: ["x", "y", "z"],
    fast: true,
  });
});

Deno.test("parseOptions: a bare argument stands for the option that the command names", () => {
  assertEquals(parseOptions(TABLE, ["12", "--fast"], "name").name, "12");
  assertThrows(() => parseOptions(TABLE, ["12", "--name", "x"], "name"), UsageError, '"12"');
});

const REFUSED: readonly [arg: string, message: string][] = [
  ["--size=10", "a whole number from 1 to 9 is expected"],
  ["--size=1.5", "a whole number from 1 to 9 is expected"],
  ["--rate=fast", "a number is expected"],
  ["--rate= ", "a number is expected"],
  ["--mode=c", "the choices are a, b"],
  ["--file=", "its value is missing"],
  ["--none", "the options are --name, --size"],
  ["--no-fast", "Cannot use the option --no-fast"],
  ["-z", "Cannot use the option -z"],
  ["bare", 'Cannot use the argument "bare"'],
];

for (const [arg, message] of REFUSED) {
  Deno.test(`parseOptions: refuses ${arg}`, () => {
    assertThrows(() => parseOptions(TABLE, [arg]), UsageError, message);
  });
}

Deno.test("parseOptions: a value may begin with a dash", () => {
  assertEquals(parseOptions(TABLE, ["--rate", "-1.5", "--name", "- one"]).rate, -1.5);
  assertEquals(parseOptions(TABLE, ["--rate", "-1.5", "--name", "- one"]).name, "- one");
  assertThrows(() => parseOptions(TABLE, ["--name", ""]), UsageError, "its value is missing");
});

Deno.test("parseOptions: names the word that was meant", () => {
  const refuses = (arg: string, meant: string): void => {
    assertThrows(() => parseOptions(TABLE, [arg]), UsageError, `; did you mean ${meant}?`);
  };
  refuses("--nam=x", "--name");
  refuses("--rte=1", "--rate");
});
