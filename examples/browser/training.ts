import { foldIn, key, treeSize } from "../../core/mod.ts";
import { turn } from "../../core/internal.ts";
import { formatJson, formatSafetensors } from "../../hub/mod.ts";
import { adamw, chain, clipByGlobalNorm, warmupConstantSchedule } from "../../optim/mod.ts";
import { type Adapter, adapterToFiles, lora } from "../../peft/mod.ts";
import {
  adapterLoss,
  evaluation,
  initTrainState,
  packTokens,
  shuffledBatches,
  splitHeldOut,
  trainStep,
} from "../../train/mod.ts";
import { BASE, type BaseModel } from "./base_model.ts";
import type { AdapterFile, Settings, Step, Trained } from "./protocol.ts";

const SEED = 1851;
const HELD_OUT = 0.1;

/** What a run tells and asks while it goes on. */
export type Watch = {
  readonly prepare: (what: string) => void;
  readonly step: (step: Step) => void;
  /** Whether the user wants it to end early. */
  readonly stopped: () => boolean;
};

/**
 * Fine-tunes the base model on a text with LoRA. The event loop turns after every step, so that the
 * page's wishes arrive.
 */
export async function train(
  { model, tokenizer }: BaseModel,
  text: string,
  settings: Settings,
  watch: Watch,
): Promise<Trained & { readonly adapter: Adapter }> {
  const { steps, batchSize, seqLen, rank, lr } = settings;
  watch.prepare("Reading the text");
  const ids = tokenizer.encode(text, { addSpecialTokens: false });
  if (ids.length < 2 * seqLen) {
    throw new RangeError(
      `Cannot train on ${ids.length} tokens: two rows of ${seqLen} are needed; ` +
        `paste a longer text or make the rows shorter`,
    );
  }
  const separator = tokenizer.specialIds.eos;
  const packing = separator === undefined ? { seqLen } : { seqLen, separator };
  const { training, heldOut } = splitHeldOut(packTokens([ids], packing), HELD_OUT);
  const start: Adapter = lora.init(key(SEED), model.params, {
    r: rank,
    lora_alpha: 2 * rank,
    target_modules: ["c_attn", "c_proj", "c_fc"],
    task_type: "CAUSAL_LM",
    base_model_name_or_path: BASE,
    model_type: "gpt2",
  });
  const loss = adapterLoss(model);
  const perplexity = evaluation(loss, { batchSize });
  const schedule = warmupConstantSchedule({ peak: lr, warmup: Math.min(20, steps) });
  const optimizer = chain(clipByGlobalNorm(1), adamw(schedule, { weightDecay: 0.01 }));
  const step = trainStep(loss, optimizer, { key: foldIn(key(SEED), 1) });
  watch.prepare("Measuring the base model");
  const before = await perplexity(start, heldOut);
  watch.prepare("Compiling the training step");
  let state = initTrainState(start, optimizer);
  const position = { epoch: 0, row: 0 };
  const batches = shuffledBatches(training, { key: key(SEED), batchSize, position });
  let count = 0;
  let began = performance.now();
  while (count < steps && !watch.stopped()) {
    const { value } = await batches.next();
    const result = step(state, [value!.batch]);
    state = result.state;
    const found = await result.loss.item();
    result.loss.dispose();
    if (!Number.isFinite(found)) {
      throw new RangeError(
        `The loss of step ${count + 1} is ${found}; try a smaller learning rate`,
      );
    }
    count++;
    const elapsed = (performance.now() - began) / 1000;
    // The first step holds the compilation, so the clock starts after it.
    if (count === 1) began = performance.now();
    const tokens = Math.max(1, count - 1) * batchSize * seqLen;
    watch.step({
      step: count,
      loss: found,
      done: count / steps,
      tokensPerSecond: tokens / elapsed,
    });
    await turn();
  }
  watch.prepare("Measuring the tuned model");
  const after = await perplexity(state.params, heldOut);
  return {
    steps: count,
    trainable: treeSize(state.params),
    before: before.perplexity,
    after: after.perplexity,
    files: await filesOf(state.params),
    adapter: state.params,
  };
}

/** The adapter as PEFT and `graft --adapter` read it. */
async function filesOf(adapter: Adapter): Promise<AdapterFile[]> {
  const { config, tensors } = adapterToFiles(adapter);
  return [
    { name: "adapter_config.json", content: formatJson(config) },
    { name: "adapter_model.safetensors", content: await bytesOf(tensors) },
  ];
}

async function bytesOf(
  tensors: ReturnType<typeof adapterToFiles>["tensors"],
): Promise<ArrayBuffer> {
  const bytes = await formatSafetensors(tensors);
  return bytes.buffer as ArrayBuffer;
}
