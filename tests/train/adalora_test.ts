import { assert, assertEquals, assertThrows } from "@std/assert";
import { key, setDevice, type Tensor, treeEntries, zeros } from "../../mod.ts";
import { gpt2Family } from "../../models/mod.ts";
import { causalLmLoss } from "../../nn/mod.ts";
import { adamw } from "../../optim/mod.ts";
import { adalora, type AdaloraAdapter, adaloraFinish, graft } from "../../peft/mod.ts";
import {
  allocatingRanks,
  type Batch,
  finetune,
  type FinetuneOptions,
  type FinetuneResult,
  packTokens,
  splitHeldOut,
} from "../../train/mod.ts";
import { TINY } from "./_tiny.ts";

setDevice("reference");

type State = ReturnType<ReturnType<typeof optimizer>["init"]>;
type Run = FinetuneOptions<AdaloraAdapter, State>;

const optimizer = () => allocatingRanks(adamw(0.05));

/** A run of eight steps over which a third of the ranks is given up. */
function tinyAdaloraRun(out: string, changes: Partial<Run> = {}): Run {
  const config = gpt2Family.parseConfig(TINY);
  const head = gpt2Family.head("causal-lm");
  const base = gpt2Family.init(key(0), config, { task: "causal-lm" });
  const fields = { target_modules: ["c_attn", "c_proj"], init_r: 3, target_r: 2, total_step: 8 };
  const text = Array.from({ length: 400 }, (_, i) => (i * 3) % 16);
  return {
    params: adalora.init(key(1), base, { ...fields, model_type: "gpt2" }),
    loss: (adapter: AdaloraAdapter, { input_ids, labels }: Batch): Tensor =>
      causalLmLoss(head(graft(base, adapter), { input_ids }, config, {}).logits, labels),
    optimizer: optimizer(),
    data: splitHeldOut(packTokens([text], { seqLen: 8 }), 0.1),
    key: key(2),
    steps: 8,
    batchSize: 2,
    out,
    settings: {},
    ...changes,
  };
}

async function inFolder(test: (out: string) => Promise<void>): Promise<void> {
  const out = await Deno.makeTempDir();
  try {
    await test(out);
  } finally {
    await Deno.remove(out, { recursive: true });
  }
}

const finished = ({ params, optimizer }: FinetuneResult<AdaloraAdapter, State>) =>
  adaloraFinish(params, optimizer.allocation);

async function valuesOf(adapter: AdaloraAdapter): Promise<Record<string, number[]>> {
  const entries = treeEntries(adapter).map(async ([name, x]) => [name, [...await x.data()]]);
  return Object.fromEntries(await Promise.all(entries));
}

Deno.test("allocatingRanks: the ranks left after the last step are those of the budget", () =>
  inFolder(async (out) => {
    const result = await finetune(tinyAdaloraRun(out));
    const adapter = await finished(result);
    const kept = Object.values(adapter.statics.rank_pattern!).flat();
    assertEquals([kept.length, kept.filter((keep) => keep).length], [3 * 3, 3 * 2]);
    const ranks = Object.values(adapter.fields.modules).map(({ lora_E }) => lora_E.shape[0]!);
    assertEquals(ranks.reduce((a, b) => a + b), 3 * 2);
    assert(result.after.loss < result.before.loss);
  }));

Deno.test("allocatingRanks: a resumed run gives the numbers of an uninterrupted one", () =>
  inFolder(async (out) => {
    const whole = await finetune(tinyAdaloraRun(`${out}/whole`));
    await finetune(tinyAdaloraRun(`${out}/parts`, { steps: 5 }));
    const resumed = await finetune(tinyAdaloraRun(`${out}/parts`, { resume: true }));
    const [a, b] = [await finished(whole), await finished(resumed)];
    assertEquals(b.statics, a.statics);
    assertEquals(await valuesOf(b), await valuesOf(a));
  }));

Deno.test("allocatingRanks: refuses what is no AdaLoRA adapter", () => {
  assertThrows(
    () => optimizer().init({ w: zeros([2]) }),
    TypeError,
    "Cannot allocate ranks: what is trained is no AdaLoRA adapter",
  );
});
