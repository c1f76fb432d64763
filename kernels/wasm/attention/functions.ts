import type { Fn } from "../asm.ts";
import {
  finishFunction,
  meansFunction,
  slopesFunction,
  softmaxFunction,
  zeroRowsFunction,
} from "./rows.ts";
import { anySeenFunction, hideFunction, scoresFunction } from "./scores.ts";

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
