import type { Settings } from "./options.ts";
import { isFinished } from "./stop.ts";

/** A text being followed, or one that has ended. */
export type Beam = {
  /** New tokens. */
  readonly fresh: readonly number[];
  /** Log probability; of an ended text, divided by its length to the power of the penalty. */
  readonly score: number;
  /** Which running beam of the step before it continues. */
  readonly origin: number;
  /** Whether it has ended; places that nothing has ended for yet hold one that has not. */
  readonly done: boolean;
};

/** The beams of one prompt. */
export type BeamGroup = {
  readonly prompt: readonly number[];
  readonly running: readonly Beam[];
  readonly finished: readonly Beam[];
  /** Whether a running text might still become better than the finished ones. */
  readonly hopeful: boolean;
  /** Whether every candidate of the last step ended. */
  readonly exhausted: boolean;
};

// What the reference gives to beams that must not be chosen.
const NEVER = -1e9;

/** The beams before the first token. One counts: equal ones would find the same texts. */
export function startGroup(prompt: readonly number[], beams: number): BeamGroup {
  const beam = (score: number): Beam => ({ fresh: [], score, origin: 0, done: false });
  return {
    prompt,
    running: Array.from({ length: beams }, (_, i) => beam(i === 0 ? 0 : NEVER)),
    finished: Array.from({ length: beams }, () => beam(NEVER)),
    hopeful: true,
    exhausted: false,
  };
}

/** The beams after one token more, given log probabilities [V] for every running one. */
export function stepGroup(
  group: BeamGroup,
  scores: readonly Float32Array[],
  settings: Settings,
): BeamGroup {
  const { beams, ends, maxNewTokens } = settings;
  // Twice as many as beams, or more with several end tokens: enough of them go on.
  const count = Math.max(2, 1 + ends.length) * beams;
  const length = group.running[0]!.fresh.length + 1;
  const found = greatest(group.running, scores, count).map((beam) => {
    return { ...beam, done: length === maxNewTokens || isFinished(beam.fresh, settings) };
  });
  const running = best(found.map((b) => b.done ? { ...b, score: b.score + NEVER } : b), beams);
  const finished = best([...group.finished, ...ended(group, found, settings)], beams);
  const hopeful = group.hopeful && mayImprove(running[0]!.score, finished, length, settings);
  return {
    prompt: group.prompt,
    running: running.map((beam) => ({ ...beam, done: false })),
    finished,
    hopeful,
    exhausted: found.every((beam) => beam.done),
  };
}

/** Whether beam search goes on. */
export function stillOpen(groups: readonly BeamGroup[], settings: Settings): boolean {
  const full = groups.every((group) => group.finished.every((beam) => beam.done));
  return groups.some((group) => group.hopeful) && !(full && settings.earlyStopping === true) &&
    !groups.every((group) => group.exhausted);
}

/** The candidates as finished texts: those that ended among the first `beams` have a chance. */
function ended(group: BeamGroup, found: readonly Beam[], settings: Settings): Beam[] {
  const { beams, lengthPenalty, earlyStopping } = settings;
  const full = earlyStopping === true && group.finished.every((beam) => beam.done);
  return found.map((beam, i) => {
    const done = beam.done && i < beams;
    const score = beam.score / beam.fresh.length ** lengthPenalty;
    const chance = done && !full && group.hopeful;
    return { ...beam, done, score: chance ? score : score + NEVER };
  });
}

function mayImprove(
  bestRunning: number,
  finished: readonly Beam[],
  length: number,
  settings: Settings,
): boolean {
  const { earlyStopping, lengthPenalty, maxNewTokens } = settings;
  const longest = earlyStopping === "never" && lengthPenalty > 0 ? maxNewTokens : length;
  const possible = bestRunning / longest ** lengthPenalty;
  const worst = Math.min(...finished.map((beam) => beam.score));
  return finished.some((beam) => possible > (beam.done ? worst : NEVER));
}

/** The `count` best continuations of the running beams by one token. */
function greatest(
  running: readonly Beam[],
  scores: readonly Float32Array[],
  count: number,
): Beam[] {
  const found: { score: number; origin: number; id: number }[] = [];
  running.forEach((beam, origin) => {
    scores[origin]!.forEach((logProbability, id) => {
      const score = beam.score + logProbability;
      if (found.length === count && score <= found[count - 1]!.score) return;
      let at = found.length;
      while (at > 0 && found[at - 1]!.score < score) at--;
      found.splice(at, 0, { score, origin, id });
      if (found.length > count) found.pop();
    });
  });
  return found.map(({ score, origin, id }) => {
    return { fresh: [...running[origin]!.fresh, id], score, origin, done: false };
  });
}

/** The `count` best beams; equal ones stay in order. */
function best(beams: readonly Beam[], count: number): Beam[] {
  return beams.toSorted((a, b) => b.score - a.score).slice(0, count);
}
