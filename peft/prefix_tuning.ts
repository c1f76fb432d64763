import {
  type FlatTree,
  type Json,
  normal,
  reshape,
  slice,
  splitKey,
  tanh,
  type Tensor,
  transpose,
  type Tree,
  zeros,
} from "../core/mod.ts";
import { linear } from "../nn/mod.ts";
import { type Adapter, makeAdapter } from "./adapter.ts";
import { asNumber, givenFields, isPositiveInteger } from "./_config.ts";
import { updateModules } from "./layout.ts";
import type { GraftOptions, InitOptions, Method } from "./method.ts";
import { modelSizes, type PromptConfig, readPromptConfig } from "./_prompt_config.ts";
import { initLinear, type LinearTensors, readEncoder } from "./_prompt_encoder.ts";
import { promptHeads, promptIn, promptTensors, refuseWeight } from "./_prompt_fields.ts";
import { attentionPaths } from "./_prompt_places.ts";
import { replacedTensors, replaceTensors } from "./_replaced.ts";

export type { LinearTensors };

/** Prefix tuning's configuration; token_dim and num_attention_heads are those of the keys. */
export type PrefixTuningConfig = PromptConfig & {
  /** Width of the encoder; token_dim by default. */
  readonly encoder_hidden_size: number | null;
  /** Whether the prefix comes out of a small network during training. */
  readonly prefix_projection: boolean;
  readonly init_weights: "zero" | null;
};

/** The network of `prefix_projection`: one hidden layer over an embedding of the places. */
export type PrefixEncoder = {
  /** [P, token_dim] */
  readonly embedding: { readonly weight: Tensor };
  readonly transform: { readonly 0: LinearTensors; readonly 2: LinearTensors };
};

/** A prefix tuning adapter: the prefix itself, [P, 2 · layers · token_dim], or what makes it. */
export type PrefixTuningAdapter = Adapter<
  {
    readonly prompt_embeddings?: Tensor | undefined;
    readonly prompt_encoder?: PrefixEncoder | undefined;
    readonly replaced: FlatTree;
  },
  PrefixTuningConfig
>;

/**
 * Prefix tuning: trained keys and values in front of those of the text, in every layer.
 *
 * @see Li & Liang 2021, arXiv:2101.00190
 */
export const prefixTuning: Method<PrefixTuningAdapter, PrefixTuningConfig> = {
  name: "prefix_tuning",
  peft_type: "PREFIX_TUNING",
  kind: "inputs",
  parseConfig: (json) =>
    readPromptConfig<PrefixTuningConfig>(json, {
      peft_type: "PREFIX_TUNING",
      encoder_hidden_size: null,
      prefix_projection: false,
      init_weights: null,
    }),
  init: initPrefixTuning,
  graft: graftPrefix,
  toTensors: (adapter) => promptTensors(prefixOf(adapter), adapter.fields.replaced),
  fromTensors: (config, tensors, params) => {
    const replaced = promptHeads(tensors, params, config);
    const prompt_encoder = readEncoder<PrefixEncoder>(tensors);
    if (prompt_encoder) return makeAdapter("prefix_tuning", { prompt_encoder, replaced }, config);
    const columns = 2 * config.num_layers * config.token_dim;
    const prompt_embeddings = promptIn(tensors, config.num_virtual_tokens, columns);
    return makeAdapter("prefix_tuning", { prompt_embeddings, replaced }, config);
  },
};

function initPrefixTuning(
  key: Tensor,
  params: Tree,
  options: InitOptions<PrefixTuningConfig> = {},
): PrefixTuningAdapter {
  const given = givenFields(options) as { readonly [field: string]: Json };
  const sizes = modelSizes(params, options, { keys: true });
  const layers = { num_layers: attentionPaths(params).length };
  const parsed = prefixTuning.parseConfig({ ...layers, ...sizes, ...given });
  const expected = "that of the model: give model_config";
  asNumber("num_attention_heads", parsed.num_attention_heads, isPositiveInteger, expected);
  const hidden = parsed.encoder_hidden_size ?? parsed.token_dim;
  const config = { ...parsed, encoder_hidden_size: hidden };
  const replaced = replacedTensors(params, config, []);
  const [rows, columns] = [config.num_virtual_tokens, 2 * config.num_layers * config.token_dim];
  const zero = config.init_weights === "zero";
  if (!config.prefix_projection) {
    const prompt_embeddings = zero ? zeros([rows, columns]) : normal(key, [rows, columns]);
    return makeAdapter("prefix_tuning", { prompt_embeddings, replaced }, config);
  }
  const [forTable, first, second] = splitKey(key, 3);
  const last = zero
    ? { weight: zeros([columns, hidden]), bias: zeros([columns]) }
    : initLinear(second, hidden, columns);
  const prompt_encoder = {
    embedding: { weight: normal(forTable, [rows, config.token_dim]) },
    transform: { 0: initLinear(first, config.token_dim, hidden), 2: last },
  };
  return makeAdapter("prefix_tuning", { prompt_encoder, replaced }, config);
}

/** The prefix [P, 2 · layers · token_dim]. */
function prefixOf({ fields }: PrefixTuningAdapter): Tensor {
  if (fields.prompt_embeddings) return fields.prompt_embeddings;
  const { embedding, transform } = fields.prompt_encoder!;
  return linear(transform[2], tanh(linear(transform[0], embedding.weight)));
}

/**
 * A node `prefix` of `key` and `value` [H, P, K] in every layer's attention. Columns of the prefix
 * are ordered layer, key or value, head, size.
 */
function graftPrefix<P extends Tree>(
  params: P,
  adapter: PrefixTuningAdapter,
  options: GraftOptions = {},
): P {
  refuseWeight(options, "a prefix");
  const config = adapter.statics;
  const { num_virtual_tokens: length, num_layers, num_attention_heads: heads } = config;
  const blocks = 2 * num_layers;
  const shape = [length, blocks, heads, config.token_dim / heads];
  const ordered = transpose(reshape(prefixOf(adapter), shape), [1, 2, 0, 3]); // [2 L, H, P, K]
  const block = (i: number): Tensor => {
    const [, ...rest] = ordered.shape;
    const start = [i, 0, 0, 0];
    return reshape(slice(ordered, { start, stop: [i + 1, ...rest] }), rest);
  };
  const paths = attentionPaths(params);
  // PEFT deals the blocks of an encoder-decoder out by fours, and only two of each four are used.
  const stride = config.num_transformer_submodules === 2 ? 4 : 2;
  const layers = new Map(paths.map((path, i) => [path, (stride * i) % blocks]));
  return updateModules(replaceTensors(params, adapter.fields.replaced), paths, (node, path) => {
    const first = layers.get(path)!;
    return { ...node, prefix: { key: block(first), value: block(first + 1) } };
  });
}
