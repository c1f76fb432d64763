import { foldIn, mul, normal, ones, type Shape, type Tensor, zeros } from "../core/mod.ts";
import type { Task } from "./family.ts";
import type { Gpt2Block, Gpt2Params } from "./gpt2.ts";
import type { Gpt2Config } from "./gpt2_config.ts";

/**
 * Fresh parameters: normal with standard deviation `initializer_range`, projections into the
 * residual stream divided by √(2 · layers), gains one, biases zero.
 *
 * @param options `task`: adds the head of a classifier
 * @see transformers/models/gpt2/modeling_gpt2.py, _init_weights
 */
export function initGpt2(
  key: Tensor,
  config: Gpt2Config,
  options: { readonly task?: Task } = {},
): Gpt2Params {
  const { n_embd, n_layer, vocab_size, n_positions, num_labels, initializer_range } = config;
  const { task = "causal-lm" } = options;
  let drawn = 0; // every matrix has a key of its own
  const matrix = (shape: Shape, std = initializer_range): Tensor =>
    mul(std, normal(foldIn(key, drawn++), shape));
  const norm = () => ({ weight: ones([n_embd]), bias: zeros([n_embd]) });
  const inner = config.n_inner ?? 4 * n_embd;
  const dense = (rows: number, columns: number, std?: number) => ({
    weight: matrix([rows, columns], std),
    bias: zeros([columns]),
  });
  const residual = initializer_range / Math.sqrt(2 * n_layer);
  const block = (): Gpt2Block => ({
    ln_1: norm(),
    attn: {
      c_attn: dense(n_embd, 3 * n_embd),
      c_proj: dense(n_embd, n_embd, residual),
    },
    ln_2: norm(),
    mlp: { c_fc: dense(n_embd, inner), c_proj: dense(inner, n_embd, residual) },
  });
  const transformer = {
    wte: { weight: matrix([vocab_size, n_embd]) },
    wpe: { weight: matrix([n_positions, n_embd]) },
    h: Array.from({ length: n_layer }, block),
    ln_f: norm(),
  };
  const head = { weight: matrix([num_labels, n_embd]) };
  switch (task) {
    case "sequence-classification":
      return { transformer, score: head };
    case "token-classification":
      return { transformer, classifier: { ...head, bias: zeros([num_labels]) } };
    default:
      return config.tie_word_embeddings
        ? { transformer }
        : { transformer, lm_head: { weight: matrix([vocab_size, n_embd]) } };
  }
}
