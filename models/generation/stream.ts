import { dispose, type Tensor, type Tree, uniform } from "../../core/mod.ts";
import { ready } from "../../core/internal.ts";
import { decoderOf } from "./decoder.ts";
import type { GenerativeModel } from "./model.ts";
import { type GenerateOptions, resolveOptions, type Settings } from "./options.ts";
import { padPrompts, type Prompts } from "./prompt.ts";
import { argGreatest, candidates, draw, penalizeRepeats } from "./scores.ts";
import { isFinished } from "./stop.ts";

/** One token more of every text. */
export type StreamStep = {
  /** The new token of each row; padding where the text had ended. */
  readonly ids: readonly number[];
  /** Whether each row has ended, with this token or before. */
  readonly finished: readonly boolean[];
  /** The logits that each token was taken from, one array [V] a row. */
  readonly logits: readonly Float32Array[];
};

/** Options of `stream` besides those of generation. */
export type StreamContext = { readonly context?: Tree };

/**
 * Generates token by token, greedily or by sampling, until every text has ended or the limit is
 * reached.
 *
 * @param model see `generativeModel`
 * @param params its parameters
 * @param options `prompts`, and how to generate
 * @throws {RangeError} for options out of range, or more tokens than the model has positions for
 */
export async function* stream<P extends Tree>(
  model: GenerativeModel<P>,
  params: P,
  options: GenerateOptions & StreamContext & { readonly prompts: Prompts },
): AsyncGenerator<StreamStep> {
  const settings = resolveOptions(options);
  const { pad, maxNewTokens } = settings;
  const texts = padPrompts(options.prompts, { pad }).ids.map((row) => [...row]);
  const length = texts[0]!.length;
  requireRoom(model, params, length + maxNewTokens);
  const points = await randomPoints(texts.length, settings);
  const decoder = decoderOf(model);
  await ready();
  let state = decoder.start(params, options.prompts, { pad, context: options.context });
  let finished = texts.map(() => false);
  try {
    for (let i = 0; i < maxNewTokens; i++) {
      const logits = await takeRows(state.logits, texts.length);
      const before = finished;
      const ids = texts.map((text, row) => {
        if (before[row]) return pad;
        return choose(logits[row]!, text, settings, points[row * maxNewTokens + i]!);
      });
      texts.forEach((text, row) => void text.push(ids[row]!));
      finished = texts.map((text, row) => before[row]! || isFinished(text.slice(length), settings));
      yield { ids, finished, logits };
      if (finished.every((done) => done) || i === maxNewTokens - 1) return;
      state = decoder.step(params, state, ids);
    }
  } finally {
    dispose(state.cache);
  }
}

function choose(
  logits: Float32Array,
  text: readonly number[],
  settings: Settings,
  point: number,
): number {
  const scores = penalizeRepeats(logits, text, settings.repetitionPenalty);
  return settings.sample ? draw(candidates(scores, settings), point) : argGreatest(scores);
}

/** Uniform numbers, one a row and token: what is drawn depends on the key and the place alone. */
async function randomPoints(rows: number, settings: Settings): Promise<ArrayLike<number>> {
  const { sample, key, maxNewTokens } = settings;
  if (!sample || !key) return new Float32Array(rows * maxNewTokens);
  return await uniform(key, [rows, maxNewTokens]).data();
}

/** Rows [V] of logits [B, V], which are given up. */
export async function takeRows(logits: Tensor, rows: number): Promise<Float32Array[]> {
  const data = await logits.data();
  dispose(logits);
  const all = data instanceof Float32Array ? data : Float32Array.from(data);
  const width = all.length / rows;
  return Array.from({ length: rows }, (_, row) => all.subarray(row * width, (row + 1) * width));
}

/** Throws if a model has no positions for so many tokens. */
export function requireRoom<P extends Tree>(
  model: GenerativeModel<P>,
  params: P,
  tokens: number,
): void {
  const total = tokens + model.promptLength(params) + model.prefixLength(params);
  if (total <= model.maxPositions) return;
  throw new RangeError(
    `Cannot generate ${total} tokens, the prompt included: the model has ${model.maxPositions} ` +
      `positions; shorten the prompt or lower max_new_tokens`,
  );
}
