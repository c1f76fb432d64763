import type { Fn } from "../asm.ts";
import {
  finishFunction,
  meansFunction,
  slopesFunction,
  softmaxFunction,
  zeroRowsFunction,
} from "./rows.ts";
import { anySeenFunction, hideFunction, scoresFunction } from "./scores.ts";

/** A function of the module of products. */
type Call = (...args: number[]) => void;

const NAMES = [
  "scores",
  "biasedScores",
  "hide",
  "anySeen",
  "softmax",
  "finish",
  "slopes",
  "means",
  "zeroRows",
] as const;

/** The functions that attention has beside those of products; `memory` is where they work. */
export type AttentionCalls = Readonly<Record<(typeof NAMES)[number], Call>> & {
  readonly memory: WebAssembly.Memory;
};

/** The functions, to be put into the module of products. */
export function attentionFunctions(): Fn[] {
  return [
    scoresFunction(false),
    scoresFunction(true),
    hideFunction(),
    anySeenFunction(),
    softmaxFunction(),
    finishFunction(),
    slopesFunction(),
    meansFunction(),
    zeroRowsFunction(),
  ];
}

/** The functions of a linked module. */
export function attentionCalls(
  exports: WebAssembly.Exports,
  memory: WebAssembly.Memory,
): AttentionCalls {
  const calls = NAMES.map((name) => [name, exports[name] as Call] as const);
  return { ...Object.fromEntries(calls) as Record<(typeof NAMES)[number], Call>, memory };
}
