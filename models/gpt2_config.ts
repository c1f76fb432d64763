import { firstId, labelCount, readConfig } from "./_config.ts";
import type { JsonRecord } from "./family.ts";

/** What config.json says of a GPT-2 model, spelled as there. */
export type Gpt2Config = {
  readonly vocab_size: number;
  readonly n_positions: number;
  readonly n_embd: number;
  readonly n_layer: number;
  readonly n_head: number;
  /** Width of the feed-forward layer; null for four times `n_embd`. */
  readonly n_inner: number | null;
  readonly activation_function: string;
  readonly resid_pdrop: number;
  readonly embd_pdrop: number;
  readonly attn_pdrop: number;
  readonly layer_norm_epsilon: number;
  readonly initializer_range: number;
  readonly scale_attn_weights: boolean;
  readonly scale_attn_by_inverse_layer_idx: boolean;
  readonly tie_word_embeddings: boolean;
  readonly classifier_dropout: number | null;
  readonly bos_token_id: number | null;
  readonly eos_token_id: number | null;
  readonly pad_token_id: number | null;
  readonly num_labels: number;
};

const DEFAULTS: Gpt2Config = {
  vocab_size: 50257,
  n_positions: 1024,
  n_embd: 768,
  n_layer: 12,
  n_head: 12,
  n_inner: null,
  activation_function: "gelu_new",
  resid_pdrop: 0.1,
  embd_pdrop: 0.1,
  attn_pdrop: 0.1,
  layer_norm_epsilon: 1e-5,
  initializer_range: 0.02,
  scale_attn_weights: true,
  scale_attn_by_inverse_layer_idx: false,
  tie_word_embeddings: true,
  classifier_dropout: null,
  bos_token_id: 50256,
  eos_token_id: 50256,
  pad_token_id: null,
  num_labels: 2,
};

/**
 * The configuration of a GPT-2 model in a JSON record such as config.json; fields that are missing
 * have the defaults of Transformers.
 *
 * @throws {TypeError} for a field that is unknown, has another type, or asks for what is not
 * supported (cross attention)
 * @throws {RangeError} if the heads do not divide the width
 */
export function parseGpt2Config(json: JsonRecord): Gpt2Config {
  const special = Object.fromEntries(
    ["bos_token_id", "eos_token_id", "pad_token_id"]
      .filter((field) => json[field] !== undefined)
      .map((field) => [field, firstId(json[field])]),
  );
  const read = readConfig({ ...json, ...special, num_labels: labelCount(json) }, {
    family: "gpt2",
    defaults: DEFAULTS,
    nullable: {
      n_inner: "number",
      classifier_dropout: "number",
      bos_token_id: "number",
      eos_token_id: "number",
      pad_token_id: "number",
    },
    fixed: { add_cross_attention: false },
    // The summary head serves double-heads models only; the upcast is how f32 computes anyway.
    ignored: [
      "n_ctx",
      "reorder_and_upcast_attn",
      "summary_type",
      "summary_use_proj",
      "summary_activation",
      "summary_proj_to_labels",
      "summary_first_dropout",
      "hidden_dropout",
    ],
  });
  if (read.n_embd % read.n_head !== 0) {
    throw new RangeError(
      `Cannot read a gpt2 config: n_head ${read.n_head} does not divide n_embd ${read.n_embd}`,
    );
  }
  return read;
}
