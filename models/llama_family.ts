import { linear, unembed } from "../nn/mod.ts";
import { emptyCache } from "./cache.ts";
import { decoderHead } from "./decoder_heads.ts";
import type { ModelFamily } from "./family.ts";
import { headSize, keyHeads, llama, type LlamaParams } from "./llama.ts";
import { type LlamaConfig, type LlamaVariant, parseLlamaConfig } from "./llama_config.ts";
import { initLlama } from "./llama_init.ts";

/** The family of LLaMA, or one built like it, whose configuration differs by `variant`. */
function familyLike(name: string, variant?: LlamaVariant): ModelFamily<LlamaParams, LlamaConfig> {
  return {
    name,
    basePrefix: "model",
    isBuffer: (tensor) => tensor.endsWith("rotary_emb.inv_freq"),
    parseConfig: (json) => parseLlamaConfig(json, variant),
    init: initLlama,
    initCache: (config, { batch, capacity, dtype }) =>
      emptyCache({
        layers: config.num_hidden_layers,
        batch,
        heads: keyHeads(config),
        capacity,
        size: headSize(config),
        ...(dtype && { dtype }),
      }),
    promptLength: (params) => params.model.embed_tokens.prompt?.shape[0] ?? 0,
    prefixLength: (params) => params.model.layers[0]?.self_attn.prefix?.key.shape[1] ?? 0,
    head: (task) =>
      decoderHead({
        family: name,
        trunk: llama,
        unembed: (params: LlamaParams, hidden) =>
          params.lm_head
            ? linear(params.lm_head, hidden)
            : unembed(params.model.embed_tokens, hidden),
      }, task),
  };
}

/** The family of LLaMA. */
export const llamaFamily: ModelFamily<LlamaParams, LlamaConfig> = familyLike("llama");

/** The family of Mistral: LLaMA that sees a window of the text. */
export const mistralFamily: ModelFamily<LlamaParams, LlamaConfig> = familyLike("mistral", {
  family: "mistral",
  defaults: {
    intermediate_size: 14336,
    num_key_value_heads: 8,
    max_position_embeddings: 131072,
    sliding_window: 4096,
  },
  fixed: {},
  ignored: [],
});

/** The family of Qwen2: LLaMA with biases in the projections to queries, keys and values. */
export const qwen2Family: ModelFamily<LlamaParams, LlamaConfig> = familyLike("qwen2", {
  family: "qwen2",
  defaults: {
    vocab_size: 151936,
    intermediate_size: 22016,
    num_key_value_heads: 32,
    max_position_embeddings: 32768,
    bos_token_id: null,
    eos_token_id: null,
  },
  // Without it, sliding_window and max_window_layers mean nothing.
  fixed: { use_sliding_window: false },
  ignored: ["max_window_layers", "layer_types", "sliding_window"],
  qkvBias: true,
});

/** The family of Gemma: LLaMA with scaled embeddings and gains stored less one. */
export const gemmaFamily: ModelFamily<LlamaParams, LlamaConfig> = familyLike("gemma", {
  family: "gemma",
  defaults: {
    vocab_size: 256000,
    hidden_size: 3072,
    intermediate_size: 24576,
    num_hidden_layers: 28,
    num_attention_heads: 16,
    num_key_value_heads: 16,
    head_dim: 256,
    hidden_act: "gelu_pytorch_tanh",
    max_position_embeddings: 8192,
    tie_word_embeddings: true,
    pad_token_id: 0,
    eos_token_id: 1,
    bos_token_id: 2,
  },
  fixed: { use_bidirectional_attention: false },
  ignored: ["hidden_activation"],
  gainOffset: 1,
  scalesEmbeddings: true,
  // Published files say "gelu" and mean this one, as the reference library notes.
  activations: { gelu: "gelu_pytorch_tanh" },
});
