import { type Tensor, type Tree, TreeError, UnsupportedError } from "../core/mod.ts";
import { linear, type LinearParams } from "../nn/mod.ts";
import type { ForwardOptions, Head, Task, TextInputs, TextOutputs } from "./family.ts";
import { lastColumn, lastToken } from "./last_token.ts";

/** Heads of classification, where the parameters have them. */
export type ClassifierParams = Tree & { readonly score?: LinearParams };

/** What the heads of a decoder need to know of it. */
export type DecoderSpec<P, C> = {
  readonly family: string;
  /** The model without a head. */
  readonly trunk: (
    params: P,
    inputs: TextInputs,
    config: C,
    options: ForwardOptions,
  ) => Omit<TextOutputs, "logits">;
  /** Hidden states [B, T, D] to logits [B, T, V]. */
  readonly unembed: (params: P, hidden: Tensor, config: C) => Tensor;
};

/**
 * The head of a task for a decoder: logits of the next token, a classifier `score` of the last
 * token, or the same of every token.
 *
 * @throws {UnsupportedError} for a task that decoders have no head for
 */
export function decoderHead<
  P extends { readonly score?: LinearParams },
  C extends { readonly pad_token_id: number | null },
>(spec: DecoderSpec<P, C>, task: Task): Head<P & Tree, C> {
  const { family, trunk, unembed } = spec;
  const score = (params: P): LinearParams => {
    if (params.score) return params.score;
    throw new TreeError(
      `Cannot classify with ${family}: the parameters have no "score"; load or init them for the task`,
      "score",
    );
  };
  switch (task) {
    case "causal-lm":
      return (params, inputs, config, options = {}) => {
        const outputs = trunk(params, inputs, config, options);
        const hidden = options.lastOnly ? lastColumn(readOut(outputs)) : readOut(outputs);
        return { ...outputs, logits: unembed(params, hidden, config) };
      };
    case "sequence-classification":
      return (params, inputs, config, options = {}) => {
        const outputs = trunk(params, inputs, config, options);
        const { pad_token_id } = config;
        const last = lastToken(readOut(outputs), { ids: inputs.input_ids, pad_token_id });
        return { ...outputs, logits: linear(score(params), last) };
      };
    case "token-classification":
      return (params, inputs, config, options = {}) => {
        const outputs = trunk(params, inputs, config, options);
        return { ...outputs, logits: linear(score(params), readOut(outputs)) };
      };
    default:
      throw new UnsupportedError(
        `Cannot use ${family} for "${task}": it has heads for "causal-lm", ` +
          `"sequence-classification", "token-classification"`,
      );
  }
}

function readOut(outputs: Omit<TextOutputs, "logits">): Tensor {
  return outputs.hidden_states[outputs.hidden_states.length - 1]!;
}
