import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { COMMANDS } from "../../cli/commands/mod.ts";
import { TEXT, writeTinyModel } from "../cli/_tiny_model.ts";
import { namesIn, withFolder } from "../hub/_folder.ts";
import { ended, graft, graftWithInput, startGraft } from "./_graft.ts";

Deno.test("graft: the help of every command is its result", async () => {
  const all = await graft("--help");
  assertEquals([all.code, all.notes], [0, ""]);
  const helps = await Promise.all(COMMANDS.map(({ name }) => graft(name, "--help")));
  for (const [i, { name, options }] of COMMANDS.entries()) {
    assertStringIncludes(all.out, `\n  ${name}`);
    const { code, out, notes } = helps[i]!;
    assertEquals([code, notes], [0, ""]);
    assertStringIncludes(out, `Usage: graft ${name}`);
    for (const option of Object.keys(options)) assertStringIncludes(out, `\n  --${option}`);
  }
});

Deno.test("graft: a mistake is one line on standard error and exit code 1", async () => {
  const { code, out, notes } = await graft("eval", "--model", "x", "--data", "y", "--nope");
  assertEquals([code, out], [1, ""]);
  assert(/^error: Cannot use the option --nope: the options are --model, .*\n$/.test(notes), notes);
});

Deno.test("graft finetune --resume: after kill -9 the bytes of an uninterrupted run", async () => {
  await withFolder(async (folder) => {
    await writeTinyModel(`${folder}/model`);
    await Deno.writeTextFile(`${folder}/text.txt`, TEXT);
    const args = ["finetune", "--model", `${folder}/model`, "--data", `${folder}/text.txt`];
    args.push("--seq-len", "16", "--batch-size", "2", "--lora-dropout", "0.1", "--eval-every", "3");
    const [killed, whole] = [`${folder}/killed`, `${folder}/whole`];

    const process = startGraft(...args, "--steps", "1000000", "--out", killed);
    await until(() => checkpointIn(killed) >= 6);
    process.kill("SIGKILL");
    assertEquals((await ended(process)).code, 128 + 9);
    assert(!namesIn(killed).includes("adapter_model.safetensors"));

    const steps = ["--steps", String(checkpointIn(killed) + 4)];
    const [resumed, once] = await Promise.all([
      graft(...args, ...steps, "--out", killed, "--resume"),
      graft(...args, ...steps, "--out", whole),
    ]);
    assertEquals([resumed.code, once.code], [0, 0], resumed.notes + once.notes);
    assertEquals(namesIn(killed), namesIn(whole));
    for (const file of ["adapter_model.safetensors", "adapter_config.json"]) {
      const [a, b] = [killed, whole].map((out) => Deno.readFileSync(`${out}/${file}`));
      assertEquals(a, b, file);
    }
    const losses = (out: string): string[] =>
      Deno.readTextFileSync(`${out}/metrics.jsonl`).split("\n").filter((line) => line !== "");
    assertEquals(losses(killed), losses(whole));
  });
});

Deno.test("graft generate: takes the prompt from standard input, and refuses none", async () => {
  await withFolder(async (folder) => {
    await writeTinyModel(folder);
    const args = ["generate", "--model", folder, "--max-new-tokens", "2"];
    const given = await graftWithInput("the adapter\n", ...args);
    assertEquals(given.code, 0, given.notes);
    assert(given.out.startsWith("the adapter"), given.out);
    const none = await graftWithInput("", ...args);
    assertEquals([none.code, none.out], [1, ""]);
    assert(/^error: Cannot generate from nothing: give --prompt.*\n$/.test(none.notes), none.notes);
  });
});

/** Step of the newest checkpoint of a run, 0 if there is none. */
function checkpointIn(out: string): number {
  try {
    const found = namesIn(out).map((name) => Number(name.match(/^checkpoint-(\d+)$/)?.[1] ?? 0));
    return Math.max(0, ...found);
  } catch {
    return 0;
  }
}

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries++) {
    if (tries > 3000) throw new Error("waited for a minute in vain");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
