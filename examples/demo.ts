/**
 * `deno task demo`: fine-tunes the small GPT-2 in examples/base, which has read nothing but State of
 * the Union addresses, on Moby-Dick with LoRA; saves the adapter in PEFT's format, reads model and
 * adapter back from disk, and shows what changed. It trains for a time, not for a number of steps.
 */
import { parseArgs } from "@std/cli/parse-args";
import { currentBackend, type DeviceName, foldIn, init, key, type Tree, treeSize } from "../mod.ts";
import { formatTraining, processTerminal, progressBar } from "../cli/mod.ts";
import { loadTokenizer, type Tokenizer } from "../hub/mod.ts";
import { generativeModel, stream } from "../models/mod.ts";
import { adamw, chain, clipByGlobalNorm, warmupConstantSchedule } from "../optim/mod.ts";
import { type Adapter, graft, lora } from "../peft/mod.ts";
import {
  adapterLoss,
  evaluation,
  finetune,
  loadAdapter,
  type LoadedModel,
  loadModel,
  packTokens,
  saveAdapter,
  splitHeldOut,
} from "../train/mod.ts";
import { lossCurve } from "./loss_curve.ts";
import { chapters } from "./pretrain/texts.ts";

const SEQ_LEN = 256;
const BATCH = 8;
const PROMPT = "The whale";
const BASE = `${import.meta.dirname}/base`;

const args = parseArgs(Deno.args, {
  string: ["out", "seconds", "device"],
  default: { seconds: "120" },
});
const seconds = Number(args.seconds);
if (!(seconds > 0)) throw new RangeError(`Cannot train for --seconds ${args.seconds}`);
if (args.device !== undefined) await init({ device: args.device as DeviceName });
const out = args.out ?? "out/demo";
if (args.out === undefined) await Deno.remove(out, { recursive: true }).catch(() => {});

const model = await loadModel(BASE);
const tokenizer = await loadTokenizer(BASE);
console.log(`device     ${currentBackend().describe()}`);
const documents = chapters().map((text) => tokenizer.encode(text, { addSpecialTokens: false }));
const separator = tokenizer.specialIds.eos!;
const data = splitHeldOut(packTokens(documents, { seqLen: SEQ_LEN, separator }), 0.05);
const adapter = lora.init(key(1851), model.params, {
  r: 16,
  lora_alpha: 32,
  target_modules: ["c_attn", "c_proj", "c_fc"],
  task_type: "CAUSAL_LM",
  base_model_name_or_path: BASE,
  model_type: "gpt2",
});
console.log(
  `training   ${count(adapter)} of ${count(model.params)} parameters on ` +
    `${data.training.rows.toLocaleString("en-US")} sequences of ${SEQ_LEN} tokens of Moby-Dick`,
);

const bar = progressBar(processTerminal());
const losses: [step: number, loss: number][] = [];
const result = await finetune({
  params: adapter as Adapter,
  loss: adapterLoss(model),
  optimizer: chain(
    clipByGlobalNorm(1),
    adamw(warmupConstantSchedule({ peak: 2e-3, warmup: 20 }), { weightDecay: 0.01 }),
  ),
  data,
  key: foldIn(key(1851), 1),
  seconds,
  batchSize: BATCH,
  out,
  settings: { demo: 1 },
  onProgress: (progress) => {
    if (Number.isFinite(progress.loss)) losses.push([progress.step - 1, progress.loss]);
    bar.update(progress.done, formatTraining(progress));
  },
});
bar.end();
await saveAdapter(`${out}/adapter`, result.params);
await Deno.writeTextFile(`${out}/loss.svg`, await lossCurve("LoRA on Moby-Dick", losses));

const again = await loadModel(BASE);
const trained = await loadAdapter(`${out}/adapter`, again.params);
const after = await evaluation(adapterLoss(again), { batchSize: BATCH })(trained, data.heldOut);
const { before, steps, tokensPerSecond } = result;
console.log(
  `held out   perplexity ${before.perplexity.toFixed(1)} before, ` +
    `${after.perplexity.toFixed(1)} after (base and adapter read back from disk)`,
);
console.log(`before     ${await sample(again, again.params, tokenizer)}`);
console.log(`after      ${await sample(again, graft(again.params, trained), tokenizer)}`);
console.log(`speed      ${tokensPerSecond.toFixed(0)} tokens/s, ${steps} steps`);
console.log(`files      ${out}/adapter (for PEFT and graft), loss.svg, metrics.jsonl`);

function count(params: Tree): string {
  return treeSize(params).toLocaleString("en-US");
}

async function sample(
  { family, config }: LoadedModel,
  params: LoadedModel["params"],
  tokenizer: Tokenizer,
): Promise<string> {
  const prompts = { input_ids: [tokenizer.encode(PROMPT, { addSpecialTokens: false })] };
  const ids = [...prompts.input_ids[0]!];
  const options = { do_sample: true, temperature: 0.8, top_k: 40, key: key(3), max_new_tokens: 60 };
  const generator = generativeModel(family, config);
  for await (const step of stream(generator, params, { ...options, prompts })) {
    ids.push(step.ids[0]!);
  }
  return tokenizer.decode(ids).replace(/\s+/g, " ");
}
