import type { MemoryUse } from "../../core/mod.ts";
import { type Code, newCode } from "./code.ts";
import { type Block, type Heap, newHeap } from "./heap.ts";
import type { Step } from "./step.ts";
import { linkProducts, productModule } from "./product/module.ts";
import { runTask } from "./task.ts";
import { type Thread, THREAD_SCRATCH } from "./thread.ts";

/** The parts of the CPU backend that its programs share. */
export type Engine = {
  readonly heap: Heap;
  readonly code: Code;
  /** Address of the arena, which is made `bytes` large at least. Programs run one at a time. */
  reserveArena(bytes: number): number;
  /** A table of at least `count` addresses for the program about to run. */
  addresses(count: number): Int32Array<ArrayBufferLike>;
  /** Runs a step of a program. */
  run(program: number, at: number, step: Step, addresses: Int32Array<ArrayBufferLike>): void;
  /** Counts live buffers. */
  count(bytes: number, buffers: number): void;
  use(): MemoryUse;
};

/** An engine with one thread. */
export function newEngine(): Engine {
  const heap = newHeap();
  const code = newCode(heap.memory);
  const thread: Thread = {
    calls: code.calls,
    products: linkProducts(productModule(), heap.memory),
    scratch: heap.allocate(THREAD_SCRATCH).address,
  };
  let arena: Block | null = null;
  let bytes = 0;
  let buffers = 0;
  return {
    heap,
    code,
    reserveArena(size) {
      if (!arena || arena.bytes < size) {
        if (arena) heap.free(arena);
        arena = heap.allocate(size);
      }
      return arena.address;
    },
    addresses: (count) => new Int32Array(count),
    run(_program, _at, step, addresses) {
      for (let task = 0; task < step.tasks; task++) runTask(thread, step, task, addresses);
    },
    count(moreBytes, moreBuffers) {
      bytes += moreBytes;
      buffers += moreBuffers;
    },
    use: () => ({ bytes, buffers }),
  };
}
