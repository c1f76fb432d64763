import { assertEquals, assertStringIncludes } from "@std/assert";
import { withFolder } from "../hub/_folder.ts";
import type { Outcome } from "./ops.ts";
import { leftOut, runGoldens } from "./run.ts";

const CASES = new URL("../goldens/models/gpt2-causal-lm", import.meta.url).pathname;

async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isFile } of Deno.readDir(from)) {
    if (isFile) await Deno.copyFile(`${from}/${name}`, `${to}/${name}`);
  }
}

async function change(path: string, fields: Record<string, unknown>): Promise<void> {
  const json = JSON.parse(await Deno.readTextFile(path));
  await Deno.writeTextFile(path, JSON.stringify({ ...json, ...fields }));
}

Deno.test("runGoldens: what does not exist is counted apart, and what is wrong fails", () =>
  withFolder(async (folder) => {
    await copyFolder(CASES, `${folder}/models/other`);
    await change(`${folder}/models/other/case.json`, { arch: "gpt9" });
    const base = `${folder}/models/base`;
    await copyFolder(CASES, base);
    for (const name of ["good", "strange", "wrong"]) {
      await copyFolder(`${CASES}/adapters/ia3`, `${base}/adapters/${name}`);
    }
    await change(`${base}/adapters/strange/adapter_config.json`, { peft_type: "MAGIC" });
    await Deno.copyFile(
      `${CASES}/adapters/lora/adapter_model.safetensors`,
      `${base}/adapters/wrong/adapter_model.safetensors`,
    );
    const found: Outcome[] = [];
    const tally = await runGoldens(folder, "", (outcome) => found.push(outcome));
    const statuses = found.map(({ id, status }) => `${id} ${status}`).sort();
    assertEquals(statuses, [
      "models/base passed",
      "models/base/adapters/good passed",
      "models/base/adapters/strange unsupported",
      "models/base/adapters/wrong failed",
      "models/other unsupported",
    ]);
    assertEquals(tally, { passed: 2, failed: 1, unsupported: 2 });
    assertStringIncludes(found.find(({ id }) => id.endsWith("strange"))!.text, "MAGIC");
    assertEquals((await runGoldens(folder, "good", () => {})).passed, 1);
  }));

Deno.test("leftOut: says which cases and why, or how many", () => {
  const one: Outcome = { id: "ops/nn/fold/0", status: "unsupported", text: `no op "fold"` };
  assertEquals(leftOut([]), []);
  assertEquals(leftOut([one]), ["1 case is left out:", `  ops/nn/fold/0: no op "fold"`]);
  assertEquals(leftOut(new Array(99).fill(one)), [
    "99 cases are left out: those called unsupported without --quiet",
  ]);
});
