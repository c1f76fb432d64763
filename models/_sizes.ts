import type { Json } from "../core/mod.ts";

// Fields that count something, of which a model needs at least one.
const SIZES: ReadonlySet<string> = new Set(
  [
    "vocab_size n_positions n_embd n_layer n_head n_inner type_vocab_size hidden_size",
    "intermediate_size num_hidden_layers num_attention_heads num_key_value_heads head_dim",
    "max_position_embeddings sliding_window d_model d_ff d_kv num_layers num_heads",
    "num_decoder_layers",
  ].join(" ").split(" "),
);

const LAYERS: ReadonlySet<string> = new Set(
  "n_layer num_hidden_layers num_layers num_decoder_layers".split(" "),
);

/** The deepest models have hundreds of layers; parameters of each are made before files are read. */
const MAX_LAYERS = 4096;
const MAX_SIZE = 2 ** 31 - 1;

/**
 * Checks a field of config.json that is a size, before anything is made of it.
 *
 * @throws {RangeError} if it is no whole number from 1 to what can be
 */
export function checkSize(family: string, field: string, value: Json): void {
  if (!SIZES.has(field) || typeof value !== "number") return;
  const most = LAYERS.has(field) ? MAX_LAYERS : MAX_SIZE;
  if (Number.isInteger(value) && value >= 1 && value <= most) return;
  throw new RangeError(
    `Cannot read a ${family} config: "${field}" is ${value}; a whole number from 1 to ${most} is ` +
      `needed`,
  );
}
