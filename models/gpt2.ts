import { add, foldIn, split, type Tensor } from "../core/mod.ts";
import {
  activation,
  attention,
  type AttentionInputs,
  conv1D,
  dropout,
  embedding,
  type EmbeddingParams,
  layerNorm,
  type LayerNormParams,
  type LinearParams,
  mergeHeads,
  splitHeads,
} from "../nn/mod.ts";
import { requireIds } from "./_token_ids.ts";
import { advanceCache, type Cache, type LayerCache, writeCache } from "./cache.ts";
import type { ForwardOptions, TextInputs, TextOutputs } from "./family.ts";
import type { Gpt2Config } from "./gpt2_config.ts";
import {
  type Adapted,
  attendPrompt,
  type Prefixed,
  prependPrefix,
  prependPrompt,
  prependSeen,
  type Prompted,
  textPositions,
} from "./prompts.ts";
import { visibility } from "./visible.ts";

/** Parameters of a GPT-2 model, as its checkpoint names and nests them. */
export type Gpt2Params = {
  readonly transformer: Gpt2Transformer;
  /** Output layer [V, D] where it is not tied to `wte`. */
  readonly lm_head?: LinearParams;
  /** Head of sequence classification, [L, D]. */
  readonly score?: LinearParams;
  /** Head of token classification, [L, D]. */
  readonly classifier?: LinearParams;
};

/** The model without a head. */
export type Gpt2Transformer = {
  readonly wte: EmbeddingParams & Prompted;
  readonly wpe: EmbeddingParams;
  readonly h: readonly Gpt2Block[];
  readonly ln_f: LayerNormParams;
};

/** One layer. Its matrices are [in, out]. */
export type Gpt2Block = {
  readonly ln_1: LayerNormParams;
  readonly attn: Gpt2Attention;
  readonly ln_2: LayerNormParams;
  readonly mlp: { readonly c_fc: LinearParams; readonly c_proj: LinearParams };
};

/** Attention: queries, keys and values in one matrix. */
export type Gpt2Attention = Prefixed & Adapted & {
  readonly c_attn: LinearParams;
  readonly c_proj: LinearParams;
};

/** What every layer of one forward pass shares. */
type Pass = {
  readonly config: Gpt2Config;
  /** Which keys each query sees. */
  readonly visible: ReturnType<typeof visibility>;
  /** Columns of the cache that are written. */
  readonly position: Tensor | null;
};

/**
 * GPT-2 without a head: token ids [B, T] to hidden states [B, T, D].
 *
 * Virtual tokens (`wte.prompt`) come in front of the text, and P of them make T longer by P.
 *
 * @param params the checkpoint
 * @param inputs `input_ids` or `inputs_embeds`; `attention_mask`, `position_ids`, `cache`
 * @returns the embeddings and every layer's output, the last after `ln_f`, and the cache
 * @throws {RangeError} if the text is longer than the table of positions
 */
export function gpt2(
  params: Gpt2Params,
  inputs: TextInputs,
  config: Gpt2Config,
  options: ForwardOptions = {},
): Omit<TextOutputs, "logits"> {
  const { wte, wpe, h, ln_f } = params.transformer;
  const { cache } = inputs;
  const prompt = options.continues ? undefined : wte.prompt;
  const words = inputs.inputs_embeds ?? embedding(wte, requireIds(inputs, "gpt2"));
  const tokens = prompt ? prependPrompt(prompt, words) : words; // [B, T, D]
  const time = tokens.shape[1]!;
  const virtual = time - words.shape[1]!;
  const prefix = h[0]?.attn.prefix?.key.shape[1] ?? 0;
  if (!inputs.position_ids) refuseTooLong(prefix + time, config);
  const positions = textPositions(inputs, {
    time,
    virtual,
    prompt: wte.prompt?.shape[0] ?? 0,
    prefix,
  });
  const embedded = add(tokens, embedding(wpe, positions));
  const start = dropout(embedded, { rate: config.embd_pdrop, key: keyOf(options, 0) });

  const mask = inputs.attention_mask;
  const visible = visibility({
    time,
    source: cache ? cache.layers[0]!.key.shape[2]! : time,
    position: cache?.position ?? 0,
    mask: mask && !cache ? prependSeen(mask, virtual) : mask,
    prefix,
  });
  const pass: Pass = {
    config,
    visible,
    position: cache?.position ?? null,
  };
  const hidden_states = [start];
  const layers: LayerCache[] = [];
  h.forEach((block, i) => {
    const key = keyOf(options, i + 1);
    const [x, layer] = gpt2Block(block, hidden_states[i]!, pass, { i, key, cache });
    hidden_states.push(x);
    if (layer) layers.push(layer);
  });
  hidden_states.push(layerNorm(ln_f, hidden_states.pop()!, { eps: config.layer_norm_epsilon }));
  return cache ? { hidden_states, cache: advanceCache(cache, layers, time) } : { hidden_states };
}

/** One pre-norm residual block, [B, T, D] to [B, T, D]. */
function gpt2Block(
  block: Gpt2Block,
  x: Tensor,
  pass: Pass,
  layer: {
    readonly i: number;
    readonly key: Tensor | undefined;
    readonly cache: Cache | undefined;
  },
): readonly [Tensor, LayerCache | null] {
  const { config } = pass;
  const eps = config.layer_norm_epsilon;
  const key = (use: number): Tensor | undefined => layer.key && foldIn(layer.key, use);
  const rate = config.resid_pdrop;

  const { attn } = block;
  const normed = layerNorm(block.ln_1, x, { eps });
  const { query, ...fresh } = queryKeyValue(attn, normed, config); // [B, H, T, K]
  const kept = layer.cache ? writeCache(layer.cache.layers[layer.i]!, fresh, pass.position!) : null;
  const attended = attention({ query, ...prependPrefix(attn.prefix, kept ?? fresh) }, {
    ...pass.visible,
    scale: attentionScale(config, query.shape[3]!, layer.i),
    dropout: { rate: config.attn_pdrop, key: key(0) },
  });
  const projected = dropout(conv1D(attn.c_proj, mergeHeads(attended)), { rate, key: key(1) });
  const middle = add(x, withAdaption(attn, projected, query, config));

  const inner = conv1D(block.mlp.c_fc, layerNorm(block.ln_2, middle, { eps })); // [B, T, F]
  const outer = conv1D(block.mlp.c_proj, activation(config.activation_function)(inner));
  return [add(middle, dropout(outer, { rate, key: key(2) })), kept];
}

function queryKeyValue(attn: Gpt2Attention, x: Tensor, config: Gpt2Config): AttentionInputs {
  const packed = split(conv1D(attn.c_attn, x), { sections: 3, axis: 2 });
  const [query, key, value] = packed.map((part) => splitHeads(part, { heads: config.n_head }));
  return { query: query!, key: key!, value: value! };
}

/** The output of attention, and what an adaption prompt adds. It skips the projection, as in PEFT. */
function withAdaption(
  attn: Gpt2Attention,
  output: Tensor,
  query: Tensor,
  config: Gpt2Config,
): Tensor {
  const { adaption_prompt, adaption_gate } = attn;
  if (!adaption_prompt || !adaption_gate) return output;
  const inputs = { ...queryKeyValue(attn, adaption_prompt, config), query };
  return add(output, mergeHeads(attendPrompt(inputs, adaption_gate)));
}

function attentionScale(config: Gpt2Config, size: number, i: number): number {
  const scale = config.scale_attn_weights ? 1 / Math.sqrt(size) : 1;
  return config.scale_attn_by_inverse_layer_idx ? scale / (i + 1) : scale;
}

/** Beyond the table of positions there would be NaN. */
function refuseTooLong(count: number, { n_positions }: Gpt2Config): void {
  if (count <= n_positions) return;
  throw new RangeError(
    `Cannot run gpt2 on ${count} tokens, virtual ones included: the model has ${n_positions} ` +
      `positions; shorten the text`,
  );
}

function keyOf(options: ForwardOptions, use: number): Tensor | undefined {
  return options.key && foldIn(options.key, use);
}
