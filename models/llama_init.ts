import { foldIn, full, mul, normal, type Shape, type Tensor, zeros } from "../core/mod.ts";
import type { LinearParams } from "../nn/mod.ts";
import type { Task } from "./family.ts";
import { headSize, keyHeads, type LlamaLayer, type LlamaParams } from "./llama.ts";
import type { LlamaConfig } from "./llama_config.ts";

/**
 * Fresh parameters: normal with standard deviation `initializer_range`, gains one, biases zero.
 *
 * @param options `task`: adds the head of a classifier
 */
export function initLlama(
  key: Tensor,
  config: LlamaConfig,
  options: { readonly task?: Task } = {},
): LlamaParams {
  const { hidden_size, intermediate_size, vocab_size, num_labels } = config;
  const { task = "causal-lm" } = options;
  let drawn = 0; // every matrix has a key of its own
  const matrix = (shape: Shape): Tensor =>
    mul(config.initializer_range, normal(foldIn(key, drawn++), shape));
  const dense = (rows: number, columns: number, bias: boolean): LinearParams =>
    bias
      ? { weight: matrix([rows, columns]), bias: zeros([rows]) }
      : { weight: matrix([rows, columns]) };
  const norm = () => ({ weight: full([hidden_size], 1 - config.gainOffset) });
  const wide = config.num_attention_heads * headSize(config);
  const narrow = keyHeads(config) * headSize(config);
  const { attention_bias, qkvBias, mlp_bias } = config;
  const layer = (): LlamaLayer => ({
    input_layernorm: norm(),
    self_attn: {
      q_proj: dense(wide, hidden_size, qkvBias),
      k_proj: dense(narrow, hidden_size, qkvBias),
      v_proj: dense(narrow, hidden_size, qkvBias),
      o_proj: dense(hidden_size, wide, attention_bias),
    },
    post_attention_layernorm: norm(),
    mlp: {
      gate_proj: dense(intermediate_size, hidden_size, mlp_bias),
      up_proj: dense(intermediate_size, hidden_size, mlp_bias),
      down_proj: dense(hidden_size, intermediate_size, mlp_bias),
    },
  });
  const model = {
    embed_tokens: { weight: matrix([vocab_size, hidden_size]) },
    layers: Array.from({ length: config.num_hidden_layers }, layer),
    norm: norm(),
  };
  if (task !== "causal-lm") return { model, score: dense(num_labels, hidden_size, false) };
  if (config.tie_word_embeddings) return { model };
  return { model, lm_head: dense(vocab_size, hidden_size, false) };
}
