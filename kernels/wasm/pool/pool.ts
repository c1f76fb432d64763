import type { Code } from "../code.ts";
import type { Heap } from "../heap.ts";
import type { CodeModule } from "../link.ts";
import type { Step } from "../step.ts";
import { type Thread, THREAD_SCRATCH } from "../thread.ts";
import { CLOSED, SPIN, ticketOf, ticketsOf, WORD } from "./control.ts";
import type { Message } from "./message.ts";
import { type Port, startWorker } from "./ports.ts";
import { takeTicket } from "./take.ts";

/** Addresses that the shared table holds; programs with more run on one thread. */
export const TABLE_SIZE: number = 1 << 18;

/** The threads beside the main one. */
export type Pool = {
  /** The table of addresses that workers read. */
  readonly addresses: Int32Array<ArrayBufferLike>;
  /** Hands new code to the workers. */
  addCode(made: CodeModule): void;
  /** Hands a program to the workers, once. */
  addProgram(number: number, steps: readonly (Step | null)[]): void;
  /** Tells the workers that a program begins or has ended. */
  setActive(active: boolean): void;
  /** Runs a step on all threads; returns when it is done. */
  run(program: number, at: number, step: Step): void;
};

type Options = {
  readonly workers: number;
  readonly heap: Heap;
  readonly code: Code;
  readonly thread: Thread;
  readonly products: WebAssembly.Module;
};

/** Starts workers; they join while the program runs. Null where none can be started. */
export function newPool({ workers, heap, code, thread, products }: Options): Pool | null {
  const control = new Int32Array(new SharedArrayBuffer(4 * WORD.count));
  const addresses = new Int32Array(new SharedArrayBuffer(4 * TABLE_SIZE));
  const ports: Port[] = [];
  for (let i = 0; i < workers; i++) {
    const port = startWorker();
    if (!port) break;
    ports.push(port);
  }
  if (ports.length === 0) return null;
  const post = (message: (port: number) => Message): void => {
    ports.forEach((port, i) => port.send(message(i)));
    Atomics.add(control, WORD.mail, 1);
    Atomics.notify(control, WORD.ticket);
  };
  post(() => ({
    kind: "start",
    memory: heap.memory,
    products,
    modules: code.modules,
    control,
    addresses,
    scratch: heap.allocate(THREAD_SCRATCH).address,
  }));
  const known = new Set<number>();
  let epoch = 0;
  return {
    addresses,
    addCode: (made) => post(() => ({ kind: "code", made })),
    addProgram(number, steps) {
      if (known.has(number)) return;
      known.add(number);
      post(() => ({ kind: "program", number, steps }));
    },
    setActive: (active) => void Atomics.store(control, WORD.active, active ? 1 : 0),
    run(program, at, step) {
      epoch++;
      open(control, epoch, program, at);
      let mine = 0;
      for (;;) {
        const ticket = Atomics.load(control, WORD.ticket);
        if (takeTicket(control, ticket, step, thread, addresses)) mine++;
        else if (Atomics.load(control, WORD.ticket) === ticket) break;
      }
      join(control, ticketsOf(step.tasks).tickets - mine);
      if (Atomics.load(control, WORD.failed)) {
        throw new Error(`Cannot run step ${at}: a task failed in a worker`);
      }
    },
  };
}

// The ticket is closed while the step changes: a worker that read the old step cannot take a task.
function open(
  control: Int32Array<ArrayBufferLike>,
  epoch: number,
  program: number,
  at: number,
): void {
  Atomics.store(control, WORD.ticket, ticketOf(epoch, CLOSED));
  Atomics.store(control, WORD.program, program);
  Atomics.store(control, WORD.step, at);
  Atomics.store(control, WORD.done, 0);
  Atomics.store(control, WORD.ticket, ticketOf(epoch, 0));
  if (Atomics.load(control, WORD.parked) > 0) Atomics.notify(control, WORD.ticket);
}

/** Waits until workers have finished `count` tickets. */
function join(control: Int32Array<ArrayBufferLike>, count: number): void {
  const limit = performance.now() + SPIN;
  for (;;) {
    const done = Atomics.load(control, WORD.done);
    if (done >= count) return;
    if (performance.now() > limit) wait(control, done);
  }
}

// The main thread of a browser may not sleep: it goes on spinning.
function wait(control: Int32Array<ArrayBufferLike>, done: number): void {
  try {
    Atomics.wait(control, WORD.done, done, 100);
  } catch {
    return;
  }
}
