import type { Thread } from "../thread.ts";
import { headBackward, keysBackward, queriesBackward } from "./backward.ts";
import { attendForward } from "./forward.ts";
import { type Addresses, newFrame } from "./frame.ts";
import type { AttentionStep } from "./step.ts";

const TASKS = {
  forward: attendForward,
  head: headBackward,
  keys: keysBackward,
  queries: queriesBackward,
};

/** Does one task of attention. */
export function runAttention(
  thread: Thread,
  step: AttentionStep,
  task: number,
  addresses: Addresses,
): void {
  TASKS[step.task](newFrame(thread, step, addresses), task);
}
