import { assertAlmostEquals, assertEquals } from "@std/assert";
import {
  argGreatest,
  candidates,
  draw,
  isFinished,
  logProbabilities,
  penalizeRepeats,
} from "../../../models/mod.ts";

const logits = Float32Array.of(Math.log(4), Math.log(1), Math.log(3), -1);

Deno.test("argGreatest: the first of equals", () => {
  assertEquals(argGreatest(Float32Array.of(1, 3, 3)), 1);
});

Deno.test("logProbabilities: sum to one", () => {
  const sum = logProbabilities(Float32Array.of(1000, 1001)).reduce((a, x) => a + Math.exp(x), 0);
  assertAlmostEquals(sum, 1, 1e-6);
});

Deno.test("penalizeRepeats: divides positive scores and multiplies negative ones", () => {
  const penalized = penalizeRepeats(Float32Array.of(2, -2, 5), [0, 1, 1], 2);
  assertEquals(Array.from(penalized), [1, -4, 5]);
  assertEquals(penalizeRepeats(logits, [0], 1), logits);
});

Deno.test("candidates: the most likely ones, by number and by probability", () => {
  const all = { temperature: 1, topK: 0, topP: 1 };
  assertEquals(candidates(logits, all).map(({ id }) => id), [0, 2, 1, 3]);
  const two = candidates(logits, { ...all, topK: 2 });
  assertAlmostEquals(two[0]!.probability, 4 / 7, 1e-6);
  assertEquals(candidates(logits, { ...all, topK: 3, topP: 0.49 }).map(({ id }) => id), [0]);
  assertEquals(candidates(logits, { ...all, topK: 3, topP: 0.55 }).map(({ id }) => id), [0, 2]);
  const sharp = candidates(logits, { ...all, temperature: 0.5, topK: 2 });
  assertAlmostEquals(sharp[0]!.probability, 16 / 25, 1e-6);
});

Deno.test("draw: lays probabilities end to end", () => {
  const from = [{ id: 5, probability: 0.25 }, { id: 6, probability: 0.75 }];
  assertEquals([0, 0.24, 0.25, 0.99, 1].map((u) => draw(from, u)), [5, 5, 6, 6, 6]);
});

Deno.test("isFinished: by an end token or a stop string that the last token completes", () => {
  const decode = (ids: readonly number[]): string => ids.map((id) => "ab.\n"[id]!).join("");
  const settings = { ends: [7], stopStrings: ["b."], decode };
  assertEquals(isFinished([1, 7], settings), true);
  assertEquals(isFinished([0, 1, 2], settings), true);
  assertEquals(isFinished([0, 1, 0], settings), false);
  assertEquals(isFinished([], settings), false);
});
