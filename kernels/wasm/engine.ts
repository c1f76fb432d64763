import type { Graph, MemoryUse } from "../../core/mod.ts";
import { environment } from "../../core/internal.ts";
import type { Watch } from "../plan/watch.ts";
import { type Code, newCode } from "./code.ts";
import type { BodyProgram, Runnable } from "./compiled.ts";
import { features } from "./features.ts";
import { type Block, type Heap, newHeap } from "./heap.ts";
import { linkProducts } from "./link.ts";
import { newPool, type Pool, TABLE_SIZE } from "./pool/pool.ts";
import { productModule } from "./product/module.ts";
import { runTask } from "./task.ts";
import { type Thread, THREAD_SCRATCH } from "./thread.ts";

/** The parts of the CPU backend that its programs share. */
export type Engine = {
  readonly heap: Heap;
  readonly code: Code;
  readonly threads: number;
  /** Address of the arena, which is made `bytes` large at least. Programs run one at a time. */
  reserveArena(bytes: number): number;
  /** Links the code that has been asked for. */
  link(): void;
  /**
   * Runs a program with the addresses of its slots; `alone` does the steps that are null, and may
   * run other programs meanwhile. `watch` is told of every step, where it is given.
   */
  run(
    program: Runnable,
    addresses: ArrayLike<number>,
    alone: (at: number) => void,
    watch?: Watch | null,
  ): void;
  /** The programs of loops, by their bodies. */
  readonly bodies: WeakMap<Graph, Map<string, BodyProgram>>;
  /** Counts live buffers. */
  count(bytes: number, buffers: number): void;
  use(): MemoryUse;
};

/** Tasks run before workers are started: a short program never pays for them. */
const WARM_UP = 64;

/** An engine with one thread; others are started when there is work for them. */
export function newEngine(threads: number = threadsWanted()): Engine {
  const heap = newHeap();
  const code = newCode(heap.memory);
  const products = productModule();
  const thread: Thread = {
    calls: code.calls,
    products: linkProducts(products, heap.memory),
    scratch: heap.allocate(THREAD_SCRATCH).address,
  };
  let arena: Block | null = null;
  let bytes = 0;
  let buffers = 0;
  let pool: Pool | null = null;
  let runs = 0;
  let depth = 0;
  let idle = threads > 1 ? WARM_UP : Infinity;

  const startWhenBusy = ({ steps }: Runnable): void => {
    for (const step of steps) if (step && step.tasks > 1) idle -= step.tasks;
    if (idle > 0) return;
    idle = Infinity;
    pool = newPool({ workers: threads - 1, heap, code, thread, products });
  };

  return {
    heap,
    code,
    threads,
    bodies: new WeakMap(),
    reserveArena(size) {
      if (!arena || arena.bytes < size) {
        if (arena) heap.free(arena);
        arena = heap.allocate(size);
      }
      return arena.address;
    },
    link() {
      const made = code.link();
      if (made) pool?.addCode(made);
    },
    run(program, addresses, alone, watch) {
      startWhenBusy(program);
      const shared = addresses.length <= TABLE_SIZE ? pool : null;
      const table = shared
        ? shared.addresses
        : addresses instanceof Int32Array
        ? addresses
        : Int32Array.from(addresses);
      shared?.addProgram(program.number, program.steps);
      shared?.addresses.set(addresses);
      shared?.setActive(true);
      depth++;
      try {
        program.steps.forEach((step, at) => {
          const before = runs;
          watch?.(at);
          if (!step) alone(at);
          else if (shared && step.tasks > 1) shared.run(program.number, at, step);
          else for (let task = 0; task < step.tasks; task++) runTask(thread, step, task, table);
          if (runs !== before) shared?.addresses.set(addresses); // others have used the table
        });
        watch?.(program.steps.length);
      } finally {
        runs++;
        depth--;
        pool?.setActive(depth > 0);
      }
    },
    count(moreBytes, moreBuffers) {
      bytes += moreBytes;
      buffers += moreBuffers;
    },
    use: () => ({ bytes, buffers }),
  };
}

/** GRAFT_THREADS, else as many as there are processors; one where memory cannot be shared. */
function threadsWanted(): number {
  if (!features().shared) return 1;
  const wanted = environment("GRAFT_THREADS");
  if (wanted === undefined || wanted === "") return globalThis.navigator?.hardwareConcurrency ?? 1;
  const threads = Number(wanted);
  if (Number.isInteger(threads) && threads >= 1) return threads;
  throw new RangeError(`Cannot use GRAFT_THREADS="${wanted}": it is no whole number from 1 up`);
}
