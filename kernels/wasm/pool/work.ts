import type { Step } from "../step.ts";
import type { Thread } from "../thread.ts";
import { CLOSED, SPIN, taskOf, WORD } from "./control.ts";
import { takeTicket } from "./take.ts";

/** What a worker has been told so far. */
export type WorkerState = {
  readonly control: Int32Array<ArrayBufferLike>;
  readonly addresses: Int32Array<ArrayBufferLike>;
  readonly thread: Thread;
  readonly programs: Map<number, readonly (Step | null)[]>;
  /** Messages received. */
  received: number;
};

/**
 * Does tasks until a message is on its way. A worker that sleeps on shared memory receives nothing,
 * so it goes back to its event loop as soon as the count of messages sent is ahead of its own.
 */
export function work(state: WorkerState): void {
  const { control } = state;
  while (Atomics.load(control, WORD.mail) === state.received) {
    const ticket = Atomics.load(control, WORD.ticket);
    if (!tryTask(state, ticket)) rest(control, ticket);
  }
}

/** Takes a task if there is one. */
function tryTask({ control, addresses, thread, programs }: WorkerState, ticket: number): boolean {
  if (taskOf(ticket) === CLOSED) return false;
  const steps = programs.get(Atomics.load(control, WORD.program));
  const step = steps?.[Atomics.load(control, WORD.step)];
  if (!step) return false;
  let took = true;
  try {
    took = takeTicket(control, ticket, step, thread, addresses);
  } catch {
    Atomics.store(control, WORD.failed, 1);
  }
  if (took) {
    Atomics.add(control, WORD.done, 1);
    Atomics.notify(control, WORD.done);
  }
  return took;
}

/** Waits for another ticket: spins a little inside a program, then parks. */
function rest(control: Int32Array<ArrayBufferLike>, ticket: number): void {
  const limit = performance.now() + SPIN;
  while (Atomics.load(control, WORD.active) === 1) {
    for (let i = 0; i < 100; i++) if (Atomics.load(control, WORD.ticket) !== ticket) return;
    if (performance.now() > limit) break;
  }
  Atomics.add(control, WORD.parked, 1);
  Atomics.wait(control, WORD.ticket, ticket);
  Atomics.sub(control, WORD.parked, 1);
}
