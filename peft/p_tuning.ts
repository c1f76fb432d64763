import { type FlatTree, type Json, normal, splitKey, type Tensor, type Tree } from "../core/mod.ts";
import { linear, relu } from "../nn/mod.ts";
import { type Adapter, makeAdapter } from "./adapter.ts";
import { givenFields } from "./_config.ts";
import type { GraftOptions, InitOptions, Method } from "./method.ts";
import { modelSizes, type PromptConfig, readPromptConfig, rowsOf } from "./_prompt_config.ts";
import {
  initLinear,
  initLstm,
  type LinearTensors,
  lstm,
  type LstmTensors,
  readEncoder,
} from "./_prompt_encoder.ts";
import { graftPrompt, promptHeads, promptIn, promptTensors } from "./_prompt_fields.ts";
import { replacedTensors } from "./_replaced.ts";

export type { LstmTensors };

/** P-tuning's configuration. */
export type PTuningConfig = PromptConfig & {
  readonly encoder_reparameterization_type: "MLP" | "LSTM";
  /** Width of the encoder; token_dim by default. */
  readonly encoder_hidden_size: number | null;
  /** Layers of the LSTM; the MLP always has two hidden ones. */
  readonly encoder_num_layers: number;
  /** Noted, and of no effect: the encoder runs without dropout. */
  readonly encoder_dropout: number;
};

/** What makes the prompt: an embedding of the places, and an MLP, after an LSTM if there is one. */
export type PromptEncoder = {
  /** [P, D] */
  readonly embedding: { readonly weight: Tensor };
  readonly lstm_head?: LstmTensors | undefined;
  readonly mlp_head: {
    readonly 0: LinearTensors;
    readonly 2: LinearTensors;
    readonly 4?: LinearTensors | undefined;
  };
};

/** A P-tuning adapter: the encoder that makes the prompt, or the prompt that one made. */
export type PTuningAdapter = Adapter<
  {
    readonly prompt_embeddings?: Tensor | undefined;
    readonly prompt_encoder?: PromptEncoder | undefined;
    readonly replaced: FlatTree;
  },
  PTuningConfig
>;

/**
 * P-tuning: virtual tokens in front of the text that come out of a trained network.
 *
 * PEFT's files hold the prompt alone. An adapter read from one is trained as in prompt tuning.
 *
 * @see Liu et al. 2021, arXiv:2103.10385
 */
export const pTuning: Method<PTuningAdapter, PTuningConfig> = {
  name: "p_tuning",
  peft_type: "P_TUNING",
  kind: "inputs",
  parseConfig: (json) =>
    readPromptConfig<PTuningConfig>(json, {
      peft_type: "P_TUNING",
      encoder_reparameterization_type: "MLP",
      encoder_hidden_size: null,
      encoder_num_layers: 2,
      encoder_dropout: 0,
    }),
  init: initPTuning,
  graft: (params, adapter, options = {}) =>
    graftPrompt(params, promptOf(adapter), {
      ...options as GraftOptions,
      config: adapter.statics,
      replaced: adapter.fields.replaced,
    }),
  toTensors: (adapter) => promptTensors(promptOf(adapter), adapter.fields.replaced),
  fromTensors: (config, tensors, params) => {
    const replaced = promptHeads(tensors, params, config);
    const prompt_encoder = readEncoder<PromptEncoder>(tensors);
    if (prompt_encoder) return makeAdapter("p_tuning", { prompt_encoder, replaced }, config);
    const prompt_embeddings = promptIn(tensors, rowsOf(config), config.token_dim);
    return makeAdapter("p_tuning", { prompt_embeddings, replaced }, config);
  },
};

function initPTuning(
  key: Tensor,
  params: Tree,
  options: InitOptions<PTuningConfig> = {},
): PTuningAdapter {
  const given = givenFields(options) as { readonly [field: string]: Json };
  const parsed = pTuning.parseConfig({ ...modelSizes(params, options), ...given });
  const D = parsed.token_dim;
  const hidden = parsed.encoder_hidden_size ?? D;
  const config = { ...parsed, encoder_hidden_size: hidden };
  const keys = splitKey(key, 5);
  const isLstm = config.encoder_reparameterization_type === "LSTM";
  const layers = config.encoder_num_layers;
  const embedding = { weight: normal(keys[0]!, [rowsOf(config), D]) };
  const prompt_encoder: PromptEncoder = isLstm
    ? {
      embedding,
      lstm_head: initLstm(keys[1]!, { inputs: D, hidden, layers }),
      mlp_head: {
        0: initLinear(keys[2]!, 2 * hidden, 2 * hidden),
        2: initLinear(keys[3]!, 2 * hidden, D),
      },
    }
    : {
      embedding,
      mlp_head: {
        0: initLinear(keys[2]!, D, hidden),
        2: initLinear(keys[3]!, hidden, hidden),
        4: initLinear(keys[4]!, hidden, D),
      },
    };
  const replaced = replacedTensors(params, config, []);
  return makeAdapter("p_tuning", { prompt_encoder, replaced }, config);
}

/** The prompt [P, D]. */
function promptOf({ fields }: PTuningAdapter): Tensor {
  if (fields.prompt_embeddings) return fields.prompt_embeddings;
  const { embedding, lstm_head, mlp_head } = fields.prompt_encoder!;
  const rows = lstm_head ? lstm(lstm_head, embedding.weight) : embedding.weight;
  const second = linear(mlp_head[2], relu(linear(mlp_head[0], rows)));
  return mlp_head[4] ? linear(mlp_head[4], relu(second)) : second;
}
