import { add, convert, foldIn, mul, type Tensor } from "../core/mod.ts";
import {
  activation,
  attention,
  type AttentionInputs,
  embedding,
  type EmbeddingParams,
  linear,
  type LinearParams,
  mergeHeads,
  rmsNorm,
  type RmsNormParams,
  ropeRotation,
  rotateHalves,
  type Rotation,
  splitHeads,
} from "../nn/mod.ts";
import { requireIds } from "./_token_ids.ts";
import { advanceCache, type Cache, type LayerCache, writeCache } from "./cache.ts";
import type { ForwardOptions, TextInputs, TextOutputs } from "./family.ts";
import type { LlamaConfig } from "./llama_config.ts";
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
import { frequenciesOf } from "./rope_config.ts";
import { visibility } from "./visible.ts";

/** Parameters of a LLaMA model, as its checkpoint names and nests them. */
export type LlamaParams = {
  readonly model: {
    readonly embed_tokens: EmbeddingParams & Prompted;
    readonly layers: readonly LlamaLayer[];
    readonly norm: RmsNormParams;
  };
  /** Output layer [V, D] where it is not tied to `embed_tokens`. */
  readonly lm_head?: LinearParams;
  /** Head of classification, [L, D]. */
  readonly score?: LinearParams;
};

/** One layer. */
export type LlamaLayer = {
  readonly input_layernorm: RmsNormParams;
  readonly self_attn: LlamaAttention;
  readonly post_attention_layernorm: RmsNormParams;
  readonly mlp: LlamaMlp;
};

/** Attention; keys and values may have fewer heads than queries. */
export type LlamaAttention = Prefixed & Adapted & {
  readonly q_proj: LinearParams;
  readonly k_proj: LinearParams;
  readonly v_proj: LinearParams;
  readonly o_proj: LinearParams;
};

/** The gated feed-forward layer. */
export type LlamaMlp = {
  readonly gate_proj: LinearParams;
  readonly up_proj: LinearParams;
  readonly down_proj: LinearParams;
};

/** What every layer of one forward pass shares. */
type Pass = {
  readonly config: LlamaConfig;
  readonly visible: ReturnType<typeof visibility>;
  readonly rotation: Rotation;
  readonly cache: Cache | undefined;
  readonly key: Tensor | undefined;
};

/**
 * LLaMA without a head: token ids [B, T] to hidden states [B, T, D].
 *
 * @param params the checkpoint
 * @param inputs `input_ids` or `inputs_embeds`; `attention_mask`, `position_ids`, `cache`
 * @returns the embeddings and every layer's output, the last after `norm`, and the cache
 */
export function llama(
  params: LlamaParams,
  inputs: TextInputs,
  config: LlamaConfig,
  options: ForwardOptions = {},
): Omit<TextOutputs, "logits"> {
  const { embed_tokens, layers, norm } = params.model;
  const { cache, attention_mask: mask } = inputs;
  const prompt = options.continues ? undefined : embed_tokens.prompt;
  const words = inputs.inputs_embeds ??
    embedTokens(embed_tokens, requireIds(inputs, "llama"), config);
  const start = prompt ? prependPrompt(prompt, words) : words; // [B, T, D]
  const time = start.shape[1]!;
  const virtual = time - words.shape[1]!;
  const prefix = layers[0]?.self_attn.prefix?.key.shape[1] ?? 0;
  const promptLength = embed_tokens.prompt?.shape[0] ?? 0;
  const positions = textPositions(inputs, { time, virtual, prompt: promptLength, prefix });
  const visible = visibility({
    time,
    source: cache ? cache.layers[0]!.key.shape[2]! : time,
    position: cache?.position ?? 0,
    mask: mask && !cache ? prependSeen(mask, virtual) : mask,
    prefix,
    window: config.sliding_window,
  });
  const pass: Pass = {
    config,
    visible,
    rotation: ropeRotation(positions, frequenciesOf(config.rope, headSize(config))),
    cache,
    key: options.key,
  };
  const hidden_states = [start];
  const written: LayerCache[] = [];
  layers.forEach((layer, i) => {
    const [x, kept] = llamaLayer(layer, hidden_states[i]!, pass, { i });
    hidden_states.push(x);
    if (kept) written.push(kept);
  });
  hidden_states.push(normalize(norm, hidden_states.pop()!, config));
  return cache ? { hidden_states, cache: advanceCache(cache, written, time) } : { hidden_states };
}

/** One pre-norm residual block, [B, T, D] to [B, T, D]. */
function llamaLayer(
  layer: LlamaLayer,
  x: Tensor,
  pass: Pass,
  options: { readonly i: number },
): readonly [Tensor, LayerCache | null] {
  const { config } = pass;
  const normed = normalize(layer.input_layernorm, x, config);
  const [attended, kept] = selfAttention(layer.self_attn, normed, pass, options);
  const middle = add(x, attended);
  const inner = normalize(layer.post_attention_layernorm, middle, config);
  return [add(middle, gatedMlp(layer.mlp, inner, config)), kept];
}

function normalize(params: RmsNormParams, x: Tensor, config: LlamaConfig): Tensor {
  const { gainOffset, rms_norm_eps: eps } = config;
  if (gainOffset === 0 || !params.weight) return rmsNorm(params, x, { eps });
  return rmsNorm({ weight: add(gainOffset, convert(params.weight, "f32")) }, x, { eps });
}

function embedTokens(params: EmbeddingParams, ids: Tensor, config: LlamaConfig): Tensor {
  const words = embedding(params, ids);
  return config.embedScale === 1 ? words : mul(config.embedScale, words);
}

function selfAttention(
  attn: LlamaAttention,
  x: Tensor,
  pass: Pass,
  { i }: { readonly i: number },
): readonly [Tensor, LayerCache | null] {
  const { config, cache, key, rotation } = pass;
  const plain = queryKeyValue(attn, x, config);
  const query = rotateHalves(plain.query, rotation); // [B, H, T, K]
  const fresh = { key: rotateHalves(plain.key, rotation), value: plain.value };
  const kept = cache ? writeCache(cache.layers[i]!, fresh, cache.position) : null;
  // A prefix is used as it is stored, without rotation.
  const attended = attention({ query, ...prependPrefix(attn.prefix, kept ?? fresh) }, {
    ...pass.visible,
    dropout: { rate: config.attention_dropout, key: key && foldIn(key, i) },
  });
  const { adaption_prompt, adaption_gate } = attn;
  const prompted = adaption_prompt && adaption_gate
    ? add(
      attended,
      attendPrompt({ ...queryKeyValue(attn, adaption_prompt, config), query }, adaption_gate),
    )
    : attended;
  return [linear(attn.o_proj, mergeHeads(prompted)), kept];
}

function queryKeyValue(attn: LlamaAttention, x: Tensor, config: LlamaConfig): AttentionInputs {
  const heads = config.num_attention_heads;
  const shared = keyHeads(config);
  return {
    query: splitHeads(linear(attn.q_proj, x), { heads }),
    key: splitHeads(linear(attn.k_proj, x), { heads: shared }),
    value: splitHeads(linear(attn.v_proj, x), { heads: shared }),
  };
}

/** down(act(gate x) ⊙ up x): Shazeer 2020, arXiv:2002.05202. */
function gatedMlp(mlp: LlamaMlp, x: Tensor, config: LlamaConfig): Tensor {
  const gate = activation(config.hidden_act)(linear(mlp.gate_proj, x)); // [B, T, F]
  return linear(mlp.down_proj, mul(gate, linear(mlp.up_proj, x)));
}

/** Heads of keys and values. */
export function keyHeads(config: LlamaConfig): number {
  return config.num_key_value_heads ?? config.num_attention_heads;
}

/** Size of a head. */
export function headSize(config: LlamaConfig): number {
  return config.head_dim ?? config.hidden_size / config.num_attention_heads;
}
