import {
  convert,
  dense,
  type FlatTree,
  type Json,
  normal,
  randint,
  take,
  type Tensor,
  tensor,
  type Tree,
  weightShape,
} from "../core/mod.ts";
import { type Adapter, makeAdapter } from "./adapter.ts";
import { givenFields } from "./_config.ts";
import type { GraftOptions, InitOptions, Method } from "./method.ts";
import { modelSizes, type PromptConfig, readPromptConfig, rowsOf } from "./_prompt_config.ts";
import { graftPrompt, promptHeads, promptIn, promptTensors } from "./_prompt_fields.ts";
import { tokenTable } from "./_prompt_places.ts";
import { replacedTensors } from "./_replaced.ts";

export type { PromptConfig };

/** Prompt tuning's configuration. */
export type PromptTuningConfig = PromptConfig & {
  readonly prompt_tuning_init: "RANDOM" | "TEXT" | "SAMPLE_VOCAB";
  readonly prompt_tuning_init_text: string | null;
  readonly tokenizer_name_or_path: string | null;
};

/** A prompt tuning adapter: rows in front of the text, [P, D], twice as many for encoder-decoders. */
export type PromptTuningAdapter = Adapter<
  { readonly prompt_embeddings: Tensor; readonly replaced: FlatTree },
  PromptTuningConfig
>;

/**
 * Prompt tuning: trained embeddings in front of the text.
 *
 * @see Lester et al. 2021, arXiv:2104.08691
 */
export const promptTuning: Method<PromptTuningAdapter, PromptTuningConfig> = {
  name: "prompt_tuning",
  peft_type: "PROMPT_TUNING",
  kind: "inputs",
  parseConfig: (json) =>
    readPromptConfig<PromptTuningConfig>(json, {
      peft_type: "PROMPT_TUNING",
      prompt_tuning_init: "RANDOM",
      prompt_tuning_init_text: null,
      tokenizer_name_or_path: null,
    }, ["tokenizer_kwargs"]),
  init: initPromptTuning,
  graft: (params, adapter, options = {}) =>
    graftPrompt(params, adapter.fields.prompt_embeddings, {
      ...options as GraftOptions,
      config: adapter.statics,
      replaced: adapter.fields.replaced,
    }),
  toTensors: ({ fields }) => promptTensors(fields.prompt_embeddings, fields.replaced),
  fromTensors: (config, tensors, params) => {
    const prompt_embeddings = promptIn(tensors, rowsOf(config), config.token_dim);
    const replaced = promptHeads(tensors, params, config);
    return makeAdapter("prompt_tuning", { prompt_embeddings, replaced }, config);
  },
};

function initPromptTuning(
  key: Tensor,
  params: Tree,
  options: InitOptions<PromptTuningConfig> = {},
): PromptTuningAdapter {
  const given = givenFields(options) as { readonly [field: string]: Json };
  const config = promptTuning.parseConfig({ ...modelSizes(params, options), ...given });
  const shape = [rowsOf(config), config.token_dim];
  const replaced = replacedTensors(params, config, []);
  const make = (prompt_embeddings: Tensor): PromptTuningAdapter =>
    makeAdapter("prompt_tuning", { prompt_embeddings, replaced }, config);
  switch (config.prompt_tuning_init) {
    case "RANDOM":
      return make(normal(key, shape));
    case "SAMPLE_VOCAB": {
      const { weight } = tokenTable(params, options);
      const ids = randint(key, [shape[0]!], { minval: 0, maxval: weightShape(weight)[0]! });
      return make(convert(take(dense(weight), ids, { axis: 0 }), "f32"));
    }
    case "TEXT":
      throw new TypeError(
        `Cannot start a prompt from text without its ids: tokenize it and pass them to promptFromIds`,
      );
  }
}

/**
 * Prompt tuning that starts from a text: the rows of the token embedding for its ids, repeated or cut
 * to the length of the prompt. This is prompt_tuning_init "TEXT".
 */
export function promptFromIds(
  ids: readonly number[],
  params: Tree,
  options: InitOptions<PromptTuningConfig> = {},
): PromptTuningAdapter {
  const given = givenFields(options) as { readonly [field: string]: Json };
  const config = promptTuning.parseConfig({ ...modelSizes(params, options), ...given });
  const cycled = Array.from({ length: rowsOf(config) }, (_, i) => ids[i % ids.length]!);
  const { weight } = tokenTable(params, options);
  const rows = take(dense(weight), tensor(cycled, { dtype: "i32" }), { axis: 0 });
  const replaced = replacedTensors(params, config, []);
  const fields = { prompt_embeddings: convert(rows, "f32"), replaced };
  return makeAdapter("prompt_tuning", fields, { ...config, prompt_tuning_init: "TEXT" });
}
