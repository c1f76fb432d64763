import { assert, assertEquals, assertRejects } from "@std/assert";
import { mul, treeEntries } from "../../mod.ts";
import { finetune, lockRun, openMetrics, readMetrics } from "../../train/mod.ts";
import { tinyRun } from "./_tiny.ts";

async function flat(tree: Parameters<typeof treeEntries>[0]): Promise<number[]> {
  const values: number[] = [];
  for (const [, leaf] of treeEntries(tree)) values.push(...await leaf.data());
  return values;
}

async function inFolder(test: (out: string) => Promise<void>): Promise<void> {
  const out = await Deno.makeTempDir();
  try {
    await test(out);
  } finally {
    await Deno.remove(out, { recursive: true });
  }
}

Deno.test("finetune: the held-out loss falls", () =>
  inFolder(async (out) => {
    const result = await finetune(tinyRun(out, { steps: 20 }));
    assert(result.after.loss < result.before.loss, `${result.before.loss} ${result.after.loss}`);
    assertEquals(result.steps, 20);
  }));

Deno.test("finetune: a resumed run gives the numbers of an uninterrupted one", () =>
  inFolder(async (out) => {
    const whole = await finetune(tinyRun(`${out}/whole`));
    await finetune(tinyRun(`${out}/parts`, { steps: 4 }));
    const resumed = await finetune(tinyRun(`${out}/parts`, { resume: true }));
    assertEquals(await flat(resumed.params), await flat(whole.params));
    const losses = async (dir: string) =>
      (await readMetrics(`${dir}/metrics.jsonl`)).filter((m) => "loss" in m);
    assertEquals(await losses(`${out}/parts`), await losses(`${out}/whole`));
  }));

Deno.test("finetune: gradients of several batches are averaged", () =>
  inFolder(async (out) => {
    const one = await finetune(tinyRun(`${out}/one`, { steps: 2, batchSize: 4 }));
    const two = await finetune(tinyRun(`${out}/two`, { steps: 2, batchSize: 2, accumulate: 2 }));
    const [a, b] = [await flat(one.params), await flat(two.params)];
    // Dropout differs between the two, so they agree only roughly.
    assert(a.every((x, i) => Math.abs(x - b[i]!) < 0.05));
  }));

Deno.test("finetune: other settings are refused and named", () =>
  inFolder(async (out) => {
    await finetune(tinyRun(out, { steps: 2 }));
    await assertRejects(
      () => finetune(tinyRun(out, { resume: true, settings: { lr: 0.1 } })),
      TypeError,
      "lr was 0.01 and is 0.1",
    );
  }));

Deno.test("finetune: a folder that holds a run is not overwritten", () =>
  inFolder(async (out) => {
    await finetune(tinyRun(out, { steps: 2 }));
    const settings = { lr: 0.1 };
    await assertRejects(() => finetune(tinyRun(out)), Error, "it holds a run of 2 steps");
    await assertRejects(() => finetune(tinyRun(out, { settings })), Error, "it holds a run of 2");
  }));

Deno.test("finetune: two runs into one folder are refused", () =>
  inFolder(async (out) => {
    const lock = await lockRun(out);
    await assertRejects(() => finetune(tinyRun(out)), Error, "another run is writing there");
    lock.release();
    await finetune(tinyRun(out, { steps: 1 }));
  }));

Deno.test("finetune: a loss that is not finite stops the run and names the step", () =>
  inFolder(async (out) => {
    const run = tinyRun(out);
    const loss: typeof run.loss = (params, batch, key) => mul(run.loss(params, batch, key), NaN);
    await assertRejects(() => finetune({ ...run, loss }), Error, "loss of step 1 is NaN");
  }));

Deno.test("finetune: a loss that is not finite leaves the checkpoint before it", () =>
  inFolder(async (out) => {
    await finetune(tinyRun(out, { steps: 2 }));
    const run = tinyRun(out, { steps: 4, resume: true, evalEvery: 1 });
    const loss: typeof run.loss = (params, batch, key) =>
      mul(run.loss(params, batch, key), key ? NaN : 1);
    await assertRejects(() => finetune({ ...run, loss }), Error, "loss of step 3 is NaN");
    assertEquals((await finetune(tinyRun(out, { resume: true }))).steps, 6);
  }));

Deno.test("openMetrics: a line that a killed run left half written is dropped", () =>
  inFolder(async (out) => {
    const path = `${out}/metrics.jsonl`;
    await Deno.writeTextFile(path, '{"step":1,"loss":2}\n{"step":2,"lo');
    await (await openMetrics(path, 1)).write({ step: 2, loss: 1 });
    assertEquals(await readMetrics(path), [{ step: 1, loss: 2 }, { step: 2, loss: 1 }]);
  }));
