import type { Tree } from "../../core/mod.ts";
import { beamSearch } from "./beam_search.ts";
import type { GenerativeModel } from "./model.ts";
import { type GenerateOptions, resolveOptions } from "./options.ts";
import { padPrompts, type Prompts } from "./prompt.ts";
import { stream } from "./stream.ts";

/** Generated texts. */
export type Generated = {
  /** Prompt and new tokens, `num_return_sequences` rows a prompt, padded to one length. */
  readonly sequences: readonly (readonly number[])[];
  /** With beams: the score of each row. */
  readonly scores?: readonly number[];
};

/**
 * Continues texts: greedily, by sampling or by beam search.
 *
 * @param model see `generativeModel`; make it once
 * @param params its parameters, with or without an adapter in them
 * @param options `prompts`, and how to generate
 * @returns token ids, the prompts included (padded on the left to one length)
 * @throws {RangeError} for options out of range, or more tokens than the model has positions for
 */
export async function generate<P extends Tree>(
  model: GenerativeModel<P>,
  params: P,
  options: GenerateOptions & { readonly prompts: Prompts; readonly context?: Tree },
): Promise<Generated> {
  const { beams, pad } = resolveOptions(options);
  if (beams > 1) return await beamSearch(model, params, options);
  const sequences = padPrompts(options.prompts, { pad }).ids.map((row) => [...row]);
  for await (const { ids } of stream(model, params, options)) {
    sequences.forEach((row, i) => void row.push(ids[i]!));
  }
  return { sequences };
}
