import { dispose, type Tree } from "../../core/mod.ts";
import { ready } from "../../core/internal.ts";
import { type Beam, type BeamGroup, startGroup, stepGroup, stillOpen } from "./beam_group.ts";
import { decoderOf, type DecoderState } from "./decoder.ts";
import type { GenerativeModel } from "./model.ts";
import { type GenerateOptions, resolveOptions } from "./options.ts";
import { padPrompts, type Prompts } from "./prompt.ts";
import { logProbabilities, penalizeRepeats } from "./scores.ts";
import { requireRoom, takeRows } from "./stream.ts";

/** Texts found by beam search, the best first for every prompt. */
export type BeamResult = {
  /** Prompt and new tokens, `num_return_sequences` rows a prompt, padded to one length. */
  readonly sequences: readonly (readonly number[])[];
  /** Log probability of each, divided by its length to the power `length_penalty`. */
  readonly scores: readonly number[];
};

/**
 * Beam search, with the semantics of Transformers: `num_beams` running texts a prompt, twice as many
 * candidates a step, finished texts kept by their score over length.
 *
 * @see transformers/generation/utils.py, _beam_search
 */
export async function beamSearch<P extends Tree>(
  model: GenerativeModel<P>,
  params: P,
  options: GenerateOptions & { readonly prompts: Prompts; readonly context?: Tree },
): Promise<BeamResult> {
  const settings = resolveOptions(options);
  const { pad, beams, maxNewTokens, returned } = settings;
  const prompts = padPrompts(options.prompts, { pad }).ids;
  requireRoom(model, params, prompts[0]!.length + maxNewTokens);
  const decoder = decoderOf(model);
  await ready();
  const first = decoder.start(params, options.prompts, { pad, context: options.context });
  const repeat = <T>(items: readonly T[]): T[] =>
    items.flatMap((item) => new Array<T>(beams).fill(item));
  let rows = repeat(await takeRows(first.logits, prompts.length));
  let state: DecoderState = decoder.reorder(first, repeat(prompts.map((_, i) => i)));
  let groups: BeamGroup[] = prompts.map((prompt) => startGroup(prompt, beams));
  while (true) {
    groups = groups.map((group, i) => {
      const scores = group.running.map((beam, j) =>
        penalizeRepeats(
          logProbabilities(rows[i * beams + j]!),
          [...group.prompt, ...beam.fresh],
          settings.repetitionPenalty,
        )
      );
      return stepGroup(group, scores, settings);
    });
    if (!stillOpen(groups, settings)) break;
    const origins = groups.flatMap((group, i) =>
      group.running.map((beam) => i * beams + beam.origin)
    );
    const ids = groups.flatMap((group) =>
      group.running.map(({ fresh }) => fresh[fresh.length - 1]!)
    );
    const next = decoder.step(params, decoder.reorder(state, origins), ids);
    rows = await takeRows(next.logits, rows.length);
    state = next;
  }
  dispose(state.cache);
  const found = groups.flatMap((group) =>
    group.finished.slice(0, returned).map((beam) => ({ group, beam }))
  );
  const longest = Math.max(...found.map(({ beam }) => beam.fresh.length));
  // As the reference does, whose padding of beams takes the id 0 for none.
  const filler = pad || (settings.ends[0] ?? pad);
  return {
    sequences: found.map(({ group, beam }) => [...group.prompt, ...fill(beam, longest, filler)]),
    scores: found.map(({ beam }) => beam.score),
  };
}

function fill(beam: Beam, length: number, id: number): number[] {
  return [...beam.fresh, ...new Array<number>(length - beam.fresh.length).fill(id)];
}
