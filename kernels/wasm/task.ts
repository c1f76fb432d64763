import { runAttention } from "./attention/task.ts";
import { runPack, runProduct } from "./product/task.ts";
import type { KernelStep, Step } from "./step.ts";
import type { Thread } from "./thread.ts";

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
      return runPack(thread, step, task, addresses);
    case "product":
      return runProduct(thread, step, task, addresses);
    case "attention":
      return runAttention(thread, step, task, addresses);
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
