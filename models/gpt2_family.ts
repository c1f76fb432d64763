import { foldIn, type Tensor, TreeError, UnsupportedError } from "../core/mod.ts";
import { dropout, linear, type LinearParams, unembed } from "../nn/mod.ts";
import { type Cache, emptyCache } from "./cache.ts";
import type {
  CacheOptions,
  ForwardOptions,
  Head,
  ModelFamily,
  Task,
  TextInputs,
  TextOutputs,
} from "./family.ts";
import { gpt2, type Gpt2Params } from "./gpt2.ts";
import { type Gpt2Config, parseGpt2Config } from "./gpt2_config.ts";
import { initGpt2 } from "./gpt2_init.ts";
import { lastColumn, lastToken } from "./last_token.ts";

/** GPT-2 with its output layer: logits of the next token, [B, T, V]. */
export function gpt2CausalLm(
  params: Gpt2Params,
  inputs: TextInputs,
  config: Gpt2Config,
  options: ForwardOptions = {},
): TextOutputs {
  const outputs = gpt2(params, inputs, config, options);
  const hidden = options.lastOnly ? lastColumn(readOut(outputs)) : readOut(outputs);
  const logits = params.lm_head
    ? linear(params.lm_head, hidden)
    : unembed(params.transformer.wte, hidden);
  return { ...outputs, logits };
}

/** GPT-2 that classifies a text by its last token: scores [B, L]. */
export function gpt2SequenceClassification(
  params: Gpt2Params,
  inputs: TextInputs,
  config: Gpt2Config,
  options: ForwardOptions = {},
): TextOutputs {
  const outputs = gpt2(params, inputs, config, options);
  const { pad_token_id } = config;
  const last = lastToken(readOut(outputs), { ids: inputs.input_ids, pad_token_id }); // [B, D]
  return { ...outputs, logits: linear(requireHead(params, "score"), last) };
}

/** GPT-2 that classifies every token: scores [B, T, L]. */
export function gpt2TokenClassification(
  params: Gpt2Params,
  inputs: TextInputs,
  config: Gpt2Config,
  options: ForwardOptions = {},
): TextOutputs {
  const outputs = gpt2(params, inputs, config, options);
  const rate = config.classifier_dropout ?? 0.1;
  const key = options.key && foldIn(options.key, config.n_layer + 1);
  const hidden = dropout(readOut(outputs), { rate, key });
  return { ...outputs, logits: linear(requireHead(params, "classifier"), hidden) };
}

/** What the head reads: the last hidden states. */
function readOut(outputs: Omit<TextOutputs, "logits">): Tensor {
  return outputs.hidden_states[outputs.hidden_states.length - 1]!;
}

function requireHead(params: Gpt2Params, name: "score" | "classifier"): LinearParams {
  const head = params[name];
  if (head) return head;
  throw new TreeError(
    `Cannot classify with gpt2: the parameters have no "${name}"; ` +
      `load or init them for the task`,
    name,
  );
}

const HEADS: { readonly [task in Task]?: Head<Gpt2Params, Gpt2Config> } = {
  "causal-lm": gpt2CausalLm,
  "sequence-classification": gpt2SequenceClassification,
  "token-classification": gpt2TokenClassification,
};

/** The family of GPT-2. */
export const gpt2Family: ModelFamily<Gpt2Params, Gpt2Config> = {
  name: "gpt2",
  basePrefix: "transformer",
  // Old files hold the causal mask of every layer.
  isBuffer: (name) => /(^|\.)attn\.(bias|masked_bias)$/.test(name),
  parseConfig: parseGpt2Config,
  init: initGpt2,
  initCache: (config, { batch, capacity, dtype }: CacheOptions): Cache =>
    emptyCache({
      layers: config.n_layer,
      batch,
      heads: config.n_head,
      capacity,
      size: config.n_embd / config.n_head,
      ...(dtype && { dtype }),
    }),
  promptLength: (params) => params.transformer.wte.prompt?.shape[0] ?? 0,
  prefixLength: (params) => params.transformer.h[0]?.attn.prefix?.key.shape[1] ?? 0,
  maxPositions: (config) => config.n_positions,
  head: (task) => {
    const head = HEADS[task];
    if (head) return head;
    throw new UnsupportedError(
      `Cannot use gpt2 for "${task}": it has heads for ` +
        Object.keys(HEADS).map((known) => `"${known}"`).join(", "),
    );
  },
};
