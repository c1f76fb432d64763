import { assert } from "@std/assert";
import { runModelCases } from "./models.ts";
import { type Outcome, runManifest } from "./ops.ts";

const DIR = new URL("../goldens", import.meta.url).pathname;

const GROUPS = [
  "autodiff",
  "elementwise",
  "linalg",
  "nn",
  "optim",
  "random",
  "reductions",
  "shape",
];

/** Makes a test of every group of golden cases, on the device that is chosen; `where` names it. */
export function testGoldens(where: string): void {
  for (const group of GROUPS) {
    Deno.test(`goldens: every supported case of the ops in ${group} passes${where}`, async () => {
      await expectPassed(group + where, runManifest(`${DIR}/ops/${group}.json`, ""));
    });
  }
  Deno.test(`goldens: every supported case of models and adapters passes${where}`, async () => {
    await expectPassed(`models${where}`, runModelCases(DIR, ""));
  });
}

/** Counts the outcomes and fails with a line for every case that did. */
async function expectPassed(title: string, outcomes: AsyncIterable<Outcome>): Promise<void> {
  const tally = { passed: 0, failed: 0, unsupported: 0 };
  const lines: string[] = [];
  for await (const { id, status, text } of outcomes) {
    tally[status]++;
    if (status === "failed") lines.push(`${id}: ${text}`);
  }
  console.log(`${title}: ${tally.passed} passed, ${tally.unsupported} not supported`);
  assert(lines.length === 0, `${lines.length} of the golden cases fail:\n${lines.join("\n")}`);
  assert(tally.passed > 0, `there are no golden cases below ${DIR}`);
}
