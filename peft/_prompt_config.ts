import { type Json, type Tree, weightShape } from "../core/mod.ts";
import type { AdapterConfig } from "./adapter.ts";
import { asPositiveInteger, type FieldTable, readConfig } from "./_config.ts";
import type { InitContext } from "./method.ts";
import { tokenTable } from "./_prompt_places.ts";

/** The fields that all prompt methods share. */
export type PromptConfig = AdapterConfig & {
  readonly num_virtual_tokens: number;
  /** Sizes of the model: its width, layers and heads; those of the keys for prefixes. */
  readonly token_dim: number;
  readonly num_layers: number;
  readonly num_attention_heads: number;
  /** 2 for encoder-decoders. */
  readonly num_transformer_submodules: number;
  readonly modules_to_save: readonly string[] | null;
};

type JsonRecord = { readonly [field: string]: Json };

/**
 * A prompt method's configuration in a JSON record.
 *
 * @param fields the method's own fields with their defaults, and its peft_type
 * @throws {RangeError} if a size is missing
 */
export function readPromptConfig<C extends PromptConfig>(
  json: JsonRecord,
  fields: FieldTable,
  ignored: readonly string[] = [],
): C {
  const config = readConfig<C>(json, {
    num_virtual_tokens: 0,
    token_dim: 0,
    num_layers: 0,
    num_attention_heads: 0,
    num_transformer_submodules: json.task_type === "SEQ_2_SEQ_LM" ? 2 : 1,
    modules_to_save: null,
    ...fields,
  }, ignored);
  if (json.num_virtual_tokens === undefined) {
    throw new RangeError(
      `Cannot use ${fields.peft_type} without num_virtual_tokens: set it to the length of the ` +
        `prompt, such as 20`,
    );
  }
  asPositiveInteger("num_virtual_tokens", config.num_virtual_tokens);
  asPositiveInteger("token_dim", config.token_dim);
  return config;
}

/** Sizes of the model in `context.model_config` and `params`, for fields that are not given. */
export function modelSizes(
  params: Tree,
  context: InitContext,
  options: { readonly keys: boolean } = { keys: false },
): JsonRecord {
  const config = context.model_config ?? {};
  const find = (...names: readonly string[]): number | undefined => {
    const value = names.map((name) => config[name]).find((value) => typeof value === "number");
    return value as number | undefined;
  };
  const width = weightShape(tokenTable(params, context).weight)[1]!;
  const layers = find("num_hidden_layers", "num_layers", "n_layer");
  const heads = find("num_attention_heads", "n_head", "num_heads", "encoder_attention_heads");
  const keyHeads = options.keys ? find("num_key_value_heads") : undefined;
  const size = find("head_dim") ?? width / (heads ?? 1);
  return {
    token_dim: keyHeads === undefined ? width : keyHeads * size,
    ...(layers === undefined ? {} : { num_layers: layers }),
    ...(heads === undefined ? {} : { num_attention_heads: keyHeads ?? heads }),
  };
}

/** Rows of the prompt: one set for the encoder and one for the decoder, where there are two. */
export function rowsOf(config: PromptConfig): number {
  return config.num_virtual_tokens * config.num_transformer_submodules;
}
