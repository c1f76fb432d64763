import type { Settings } from "./options.ts";

/** Logits of one row, after a penalty on the tokens that occur already. Leaves `logits` alone. */
export function penalizeRepeats(
  logits: Float32Array,
  ids: readonly number[],
  penalty: number,
): Float32Array {
  if (penalty === 1) return logits;
  const scores = logits.slice();
  // A positive score is divided, a negative one multiplied (Keskar et al. 2019, arXiv:1909.05858).
  for (const id of new Set(ids)) {
    const score = logits[id];
    if (score !== undefined) scores[id] = score < 0 ? score * penalty : score / penalty;
  }
  return scores;
}

/** Index of the greatest score; the first of equals. */
export function argGreatest(scores: Float32Array): number {
  let best = 0;
  for (let i = 1; i < scores.length; i++) if (scores[i]! > scores[best]!) best = i;
  return best;
}

/** log softmax of a row. */
export function logProbabilities(logits: Float32Array): Float32Array {
  let greatest = -Infinity;
  for (const x of logits) greatest = Math.max(greatest, x);
  let sum = 0;
  for (const x of logits) sum += Math.exp(x - greatest);
  const normalizer = greatest + Math.log(sum);
  return logits.map((x) => x - normalizer);
}

/** A token and its probability. */
export type Candidate = { readonly id: number; readonly probability: number };

/**
 * The tokens that may be drawn, most likely first, with probabilities that sum to 1: after the
 * temperature the `topK` most likely ones, of these the fewest that have `topP` together.
 */
export function candidates(
  logits: Float32Array,
  settings: Pick<Settings, "temperature" | "topK" | "topP">,
): readonly Candidate[] {
  const { temperature, topK, topP } = settings;
  const order = Array.from(logits, (_, id) => id).sort((a, b) => logits[b]! - logits[a]! || a - b);
  const kept = topK > 0 ? order.slice(0, topK) : order;
  const greatest = logits[kept[0]!]!;
  const weights = kept.map((id) => Math.exp((logits[id]! - greatest) / temperature));
  const total = weights.reduce((a, b) => a + b, 0);
  let sum = 0;
  let count = 0;
  while (count < kept.length && sum < topP * total) sum += weights[count++]!;
  return kept.slice(0, count).map((id, i) => ({ id, probability: weights[i]! / sum }));
}

/** The candidate at the point `u` in [0, 1) of their probabilities laid end to end. */
export function draw(from: readonly Candidate[], u: number): number {
  let sum = 0;
  for (const { id, probability } of from) {
    sum += probability;
    if (u < sum) return id;
  }
  return from[from.length - 1]!.id;
}
