import { firstId, labelCount, readConfig } from "./_config.ts";
import type { JsonRecord } from "./family.ts";
import { parseRope, ROPE_FIELDS, type RopeConfig } from "./rope_config.ts";

/** What config.json says of a LLaMA model and of those built like it, spelled as there. */
export type LlamaConfig = LlamaFields & {
  readonly rope: RopeConfig;
  /** Whether the projections to queries, keys and values have biases. */
  readonly qkvBias: boolean;
  /** What a norm adds to its stored gain: 1 where the file holds the gain's distance from one. */
  readonly gainOffset: number;
  /** Factor of the token embeddings. */
  readonly embedScale: number;
};

/** The fields that config.json spells so. */
export type LlamaFields = {
  readonly vocab_size: number;
  readonly hidden_size: number;
  readonly intermediate_size: number;
  readonly num_hidden_layers: number;
  readonly num_attention_heads: number;
  /** Heads of keys and values; null for as many as queries have. */
  readonly num_key_value_heads: number | null;
  /** Size of a head; null for hidden_size / num_attention_heads. */
  readonly head_dim: number | null;
  readonly hidden_act: string;
  readonly max_position_embeddings: number;
  readonly initializer_range: number;
  readonly rms_norm_eps: number;
  readonly attention_bias: boolean;
  readonly mlp_bias: boolean;
  readonly attention_dropout: number;
  readonly tie_word_embeddings: boolean;
  /** Tokens that a query sees, itself included; null for all before it. */
  readonly sliding_window: number | null;
  readonly bos_token_id: number | null;
  readonly eos_token_id: number | null;
  readonly pad_token_id: number | null;
  readonly num_labels: number;
};

const DEFAULTS: LlamaFields = {
  vocab_size: 32000,
  hidden_size: 4096,
  intermediate_size: 11008,
  num_hidden_layers: 32,
  num_attention_heads: 32,
  num_key_value_heads: null,
  head_dim: null,
  hidden_act: "silu",
  max_position_embeddings: 2048,
  initializer_range: 0.02,
  rms_norm_eps: 1e-6,
  attention_bias: false,
  mlp_bias: false,
  attention_dropout: 0,
  tie_word_embeddings: false,
  sliding_window: null,
  bos_token_id: 1,
  eos_token_id: 2,
  pad_token_id: null,
  num_labels: 2,
};

/** What a family built like LLaMA has otherwise. */
export type LlamaVariant = {
  readonly family: string;
  readonly defaults: Partial<LlamaFields>;
  readonly fixed: JsonRecord;
  readonly ignored: readonly string[];
  /** Whether queries, keys and values have biases whatever `attention_bias` is. */
  readonly qkvBias?: boolean;
  /** See `LlamaConfig`. */
  readonly gainOffset?: number;
  /** Activations that files call otherwise. */
  readonly activations?: { readonly [name: string]: string };
  /** Whether token embeddings are multiplied by the root of their width. */
  readonly scalesEmbeddings?: boolean;
};

const LLAMA: LlamaVariant = {
  family: "llama",
  defaults: {},
  fixed: {},
  ignored: ["pretraining_tp"],
};

/**
 * The configuration of a LLaMA model in a JSON record such as config.json; fields that are missing
 * have the defaults of Transformers.
 *
 * @param variant what another family built like LLaMA has otherwise
 * @throws {TypeError} for a field that is unknown, has another type, or asks for what is not
 * supported
 * @throws {RangeError} if the heads do not divide one another
 */
export function parseLlamaConfig(json: JsonRecord, variant: LlamaVariant = LLAMA): LlamaConfig {
  const special = Object.fromEntries(
    ["bos_token_id", "eos_token_id", "pad_token_id"]
      .filter((field) => json[field] !== undefined)
      .map((field) => [field, firstId(json[field])]),
  );
  const read = readConfig({ ...json, ...special, num_labels: labelCount(json) }, {
    family: variant.family,
    defaults: { ...DEFAULTS, ...variant.defaults },
    nullable: {
      num_key_value_heads: "number",
      head_dim: "number",
      sliding_window: "number",
      bos_token_id: "number",
      eos_token_id: "number",
      pad_token_id: "number",
    },
    fixed: variant.fixed,
    ignored: [...variant.ignored, ...ROPE_FIELDS],
  });
  const { num_attention_heads: heads, num_key_value_heads: shared } = read;
  if (heads % (shared ?? heads) !== 0) {
    throw new RangeError(
      `Cannot read a ${variant.family} config: num_key_value_heads ${shared} does not divide ` +
        `num_attention_heads ${heads}`,
    );
  }
  const { attention_bias, hidden_size, sliding_window } = read;
  if (read.head_dim === null && hidden_size % heads !== 0) {
    throw new RangeError(
      `Cannot read a ${variant.family} config: num_attention_heads ${heads} does not divide ` +
        `hidden_size ${hidden_size}, and there is no head_dim`,
    );
  }
  return {
    ...read,
    hidden_act: variant.activations?.[read.hidden_act] ?? read.hidden_act,
    // An ignored window is none, whatever the file holds.
    sliding_window: variant.ignored.includes("sliding_window") ? null : sliding_window,
    rope: parseRope(json),
    qkvBias: variant.qkvBias ?? attention_bias,
    gainOffset: variant.gainOffset ?? 0,
    embedScale: variant.scalesEmbeddings ? Math.sqrt(read.hidden_size) : 1,
  };
}
