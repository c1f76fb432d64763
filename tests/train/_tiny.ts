import { key, type Tensor } from "../../mod.ts";
import { gpt2Family, type Gpt2Params } from "../../models/mod.ts";
import { causalLmLoss } from "../../nn/mod.ts";
import { adamw } from "../../optim/mod.ts";
import { type Batch, type FinetuneOptions, packTokens, splitHeldOut } from "../../train/mod.ts";

type Options = FinetuneOptions<Gpt2Params, ReturnType<ReturnType<typeof adamw>["init"]>>;

/** config.json of a GPT-2 of one small layer. */
export const TINY: { readonly [field: string]: string | number } = {
  model_type: "gpt2",
  vocab_size: 16,
  n_positions: 8,
  n_embd: 8,
  n_layer: 1,
  n_head: 2,
};

/** A run of a one-layer GPT-2 on a counting text: small enough for a test, large enough to learn. */
export function tinyRun(out: string, changes: Partial<Options> = {}): Options {
  const config = gpt2Family.parseConfig(TINY);
  const head = gpt2Family.head("causal-lm");
  const loss = (params: Gpt2Params, batch: Batch, dropoutKey?: Tensor): Tensor => {
    const { input_ids } = batch;
    return causalLmLoss(
      head(params, { input_ids }, config, { key: dropoutKey }).logits,
      batch.labels,
    );
  };
  const text = Array.from({ length: 400 }, (_, i) => (i * 3) % 16);
  return {
    params: gpt2Family.init(key(0), config, { task: "causal-lm" }),
    loss,
    optimizer: adamw(0.01),
    data: splitHeldOut(packTokens([text], { seqLen: 8 }), 0.1),
    key: key(1),
    steps: 6,
    batchSize: 2,
    evalEvery: 2,
    out,
    settings: { lr: 0.01 },
    ...changes,
  };
}
