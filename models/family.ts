import type { Json, Tensor, Tree } from "../core/mod.ts";
import type { Cache } from "./cache.ts";

/** What a model is used for: which head it has. */
export type Task =
  | "causal-lm"
  | "seq2seq-lm"
  | "sequence-classification"
  | "token-classification";

/** A JSON record, as config.json is one. */
export type JsonRecord = { readonly [field: string]: Json };

/** Inputs of a language model. */
export type TextInputs = {
  /** Token ids [B, T]; or `inputs_embeds` instead. */
  readonly input_ids?: Tensor;
  /** 1 where a token counts: [B, T], or [B, C] over the whole capacity when there is a cache. */
  readonly attention_mask?: Tensor | undefined;
  /** Positions [B, T]; by default counted from the first column, or on from the cache's. */
  readonly position_ids?: Tensor | undefined;
  /** Embedded tokens [B, T, D]. */
  readonly inputs_embeds?: Tensor;
  /** Keys and values of the tokens before, to be continued. */
  readonly cache?: Cache | undefined;
};

/** Options of a forward pass. */
export type ForwardOptions = {
  /** Random key of dropout; without one there is none. */
  readonly key?: Tensor | undefined;
  /** Whether only the logits of the last column are wanted. Default false. */
  readonly lastOnly?: boolean;
  /** Whether the cache holds the beginning of the text: virtual tokens are not put in front again. */
  readonly continues?: boolean;
};

/** Results of a forward pass. */
export type TextOutputs = {
  /** Scores: [B, T, V] of tokens, [B, L] of a text, [B, T, L] of each token. */
  readonly logits: Tensor;
  /** The embeddings, then the output of every layer; the last is what the head reads. */
  readonly hidden_states: readonly Tensor[];
  readonly cache?: Cache;
};

/** The forward pass of a model with one of its heads. */
export type Head<P extends Tree, C> = (
  params: P,
  inputs: TextInputs,
  config: C,
  options?: ForwardOptions,
) => TextOutputs;

/** Size and type of a cache to make. */
export type CacheOptions = {
  readonly batch: number;
  readonly capacity: number;
  readonly dtype?: Tensor["dtype"];
};

/**
 * One family of models: everything that is known of a `model_type`. The rules are methods so that a
 * precise family is also an `AnyFamily`.
 */
export type ModelFamily<P extends Tree, C> = {
  /** `model_type` in config.json. */
  readonly name: string;
  /** The prefix that the bare model's tensors lack in some files, such as "transformer". */
  readonly basePrefix: string;
  /** Whether a tensor of a file is no parameter but something computed, such as a mask. */
  isBuffer(name: string): boolean;
  /** The configuration in a JSON record, with the defaults of what is missing. */
  parseConfig(json: JsonRecord): C;
  /** Fresh parameters, with the head of a task. */
  init(key: Tensor, config: C, options?: { readonly task?: Task }): P;
  /** An empty cache, where the family generates text. */
  initCache?(config: C, options: CacheOptions): Cache;
  /** How many virtual tokens prompt tuning has put in front of every text. */
  promptLength?(params: P): number;
  /** How many virtual keys prefix tuning has put in front of every text. */
  prefixLength?(params: P): number;
  /** The greatest number of tokens that positions exist for, where there is one. */
  maxPositions?(config: C): number;
  /** The forward pass of a task; throws UnsupportedError for a task it does not have. */
  head(task: Task): Head<P, C>;
};

/** A family of any kind. */
export type AnyFamily = ModelFamily<Tree, unknown>;
