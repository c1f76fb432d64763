/**
 * `deno task pretrain`: trains the small GPT-2 that the examples start from, on the State of the
 * Union addresses, and saves it as a Hugging Face folder.
 *
 * Fixed seeds; the log and the loss curve are saved beside the model. `--minutes` is the budget.
 */
import { parseArgs } from "@std/cli/parse-args";
import { foldIn, key, memory, type Tensor } from "../../core/mod.ts";
import { loadTokenizer, readConfig, writeGenerationConfig } from "../../hub/mod.ts";
import { gpt2Family, type Gpt2Params } from "../../models/mod.ts";
import { causalLmLoss } from "../../nn/mod.ts";
import { adamw, chain, clipByGlobalNorm, warmupCosineSchedule } from "../../optim/mod.ts";
import {
  type Batch,
  finetune,
  type LoadedModel,
  packTokens,
  saveModel,
  splitHeldOut,
} from "../../train/mod.ts";
import "../../mod.ts";
import { lossCurve } from "../loss_curve.ts";
import { formatTraining, processTerminal, progressBar } from "../../cli/mod.ts";
import { addresses } from "./texts.ts";

const SEQ_LEN = 256;
const BATCH = 8;
const SEED = 1790;

const args = parseArgs(Deno.args, {
  string: ["out", "minutes", "steps"],
  boolean: ["resume"],
  default: { out: "out/pretrain", minutes: "55", steps: "3000" },
});
const here = new URL(".", import.meta.url).pathname;
const base = new URL("../base", import.meta.url).pathname;
const json = await readConfig(here) as LoadedModel["json"];
const tokenizer = await loadTokenizer(base);
const end = tokenizer.specialIds.eos!;
const documents = addresses().map((text) => tokenizer.encode(text, { addSpecialTokens: false }));
const data = splitHeldOut(packTokens(documents, { seqLen: SEQ_LEN, separator: end }), 0.02);
console.log(`${data.training.rows} sequences of ${SEQ_LEN} tokens, ${data.heldOut.rows} held out`);

const config = gpt2Family.parseConfig(json);
const head = gpt2Family.head("causal-lm");
const loss = (params: Gpt2Params, batch: Batch, dropoutKey?: Tensor): Tensor => {
  const { input_ids } = batch;
  const { logits } = head(params, { input_ids }, config, { key: dropoutKey });
  return causalLmLoss(logits, batch.labels);
};
const steps = Number(args.steps);
const schedule = warmupCosineSchedule({
  peak: 2e-3,
  end: 1e-4,
  warmup: 100,
  steps,
});
const optimizer = chain(clipByGlobalNorm(1), adamw(schedule, { b2: 0.95, weightDecay: 0.1 }));
const terminal = processTerminal();
const bar = progressBar(terminal);
const losses: [step: number, loss: number][] = [];
const result = await finetune({
  params: gpt2Family.init(key(SEED), config, { task: "causal-lm" }),
  loss,
  optimizer,
  data,
  key: foldIn(key(SEED), 1),
  steps,
  seconds: 60 * Number(args.minutes),
  batchSize: BATCH,
  evalEvery: 100,
  out: args.out,
  settings: { ...json, seed: SEED, batch: BATCH, steps },
  resume: args.resume,
  onProgress: (progress) => {
    if (Number.isFinite(progress.loss)) losses.push([progress.step - 1, progress.loss]);
    const { step } = progress;
    bar.update(progress.done, formatTraining(progress));
    if (step % 100 === 0) {
      const { rss } = Deno.memoryUsage();
      const live = JSON.stringify(memory());
      terminal.note(`step ${step}: ${(rss / 2 ** 20).toFixed(0)} MiB resident, ${live}`);
    }
  },
});
bar.end();
await saveModel(base, { folder: here, json, params: result.params }, { dtype: "f16" });
await writeGenerationConfig(base, { bos_token_id: 0, eos_token_id: 0, do_sample: true });
await Deno.writeTextFile(
  `${base}/loss.svg`,
  await lossCurve("Pretraining on the addresses", losses),
);
await Deno.copyFile(`${args.out}/metrics.jsonl`, `${base}/training.jsonl`);
console.log(
  `${result.steps} steps, ${result.tokensPerSecond.toFixed(0)} tokens/s, held-out perplexity ` +
    `${result.before.perplexity.toFixed(1)} -> ${
      result.after.perplexity.toFixed(1)
    }; saved to ${base}`,
);
