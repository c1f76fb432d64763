import type { Call } from "./code.ts";
import type { KernelStep, Step } from "./step.ts";

/** What a thread needs to do tasks. */
export type Thread = {
  readonly calls: readonly Call[];
  /** Address of the thread's scratch. */
  readonly scratch: number;
};

/** Does task number `task` of a step; `addresses` is the program's table, by slot. */
export function runTask(
  thread: Thread,
  step: Step,
  task: number,
  addresses: Int32Array<ArrayBufferLike>,
): void {
  switch (step.kind) {
    case "kernel":
      return runKernel(thread, step, task, addresses);
    case "pack":
    case "product":
      throw new Error("Cannot run a product");
  }
}

function runKernel(
  thread: Thread,
  { fn, slots, rows, lanes, rowChunk, laneChunk }: KernelStep,
  task: number,
  addresses: Int32Array<ArrayBufferLike>,
): void {
  const across = Math.max(1, Math.ceil(lanes / laneChunk));
  const row = Math.floor(task / across) * rowChunk;
  const lane = (task % across) * laneChunk;
  const pointers = slots.map((slot) => addresses[slot]!);
  const rowEnd = Math.min(rows, row + rowChunk);
  const laneEnd = Math.min(lanes, lane + laneChunk);
  thread.calls[fn]!(row, rowEnd, lane, laneEnd, thread.scratch, ...pointers);
}
