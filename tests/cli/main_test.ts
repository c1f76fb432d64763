import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { main } from "../../cli/main.ts";
import { run } from "./_run.ts";

Deno.test("main: lists the commands, and the options of each", async () => {
  const help = await run();
  assertEquals(help.code, 0);
  assertEquals((await run("--help")).out, help.out);
  for (const name of ["finetune", "generate", "eval", "merge", "info"]) {
    assertStringIncludes(help.out, `\n  ${name}`);
    const options = await run(name, "--help");
    assertEquals(options.code, 0);
    assertStringIncludes(options.out, "--model MODEL");
  }
  const { out } = await run("finetune", "--help");
  assertStringIncludes(out, "Learning rate (a number of at least 0; default 0.0002)");
  assertStringIncludes(out.replace(/\s+/g, " "), "(constant, linear, cosine; default constant)");
  assert(out.split("\n").every((line) => line.length <= 100), out);
});

const REFUSED: readonly [args: readonly string[], message: string][] = [
  [
    ["fly"],
    'Cannot run the command "fly": the commands are finetune, generate, eval, merge, info',
  ],
  [
    ["info", "--nope", "3"],
    "Cannot use the option --nope: the options are --model, --revision, --tensors",
  ],
  [
    ["eval"],
    "Cannot run without --model: Folder of a model, or its id on the Hugging Face hub",
  ],
  [["info", "a", "b"], 'Cannot use the argument "b": every value follows an option'],
  [["info", "--model"], "Cannot read --model: its value is missing"],
  [
    ["info", "./no/such"],
    'Cannot find the model "./no/such": it is neither a folder nor a hub id',
  ],
  [
    ["eval", "--model", "x", "--data", "y", "--batch-size", "0"],
    "Cannot use --batch-size 0: a whole number of at least 1 is expected",
  ],
  [
    ["finetune", "--model", "x", "--data", "y", "--out", "z", "--method", "magic"],
    "Cannot use --method magic: the choices are ",
  ],
  [
    ["generat"],
    'Cannot run the command "generat": the commands are finetune, generate, eval, merge, info; ' +
    "did you mean generate?",
  ],
  [
    ["eval", "--model", "x", "--data", "y", "--device", "abacus"],
    "Cannot use --device abacus: the devices are ",
  ],
];

for (const [args, message] of REFUSED) {
  Deno.test(`main: refuses "${args.join(" ")}" with one line`, async () => {
    const { code, out, notes } = await run(...args);
    assertEquals([code, out], [1, ""]);
    assertStringIncludes(notes, `error: ${message}`);
    assertEquals(notes.split("\n").length, 2);
  });
}

Deno.test("main: a reader that has gone is no error", async () => {
  const gone = (): never => {
    throw new Deno.errors.BrokenPipe();
  };
  let notes = "";
  const note = (line: string): void => void (notes += line);
  assertEquals(await main(["--help"], { out: gone, write: gone, note, status: null }), 0);
  assertEquals(notes, "");
});
