import { collectGarbage } from "./collect.ts";

/**
 * Finalizers run between macrotasks only, and a loop that awaits resolved promises never gets there.
 * So reading and evaluating turn the macrotask queue after a while: by MessageChannel, because
 * `setTimeout` takes milliseconds. After many more bytes the engine is asked for a collection: a loop
 * that gives nothing up itself then still runs in bounded memory.
 */

const BYTES = 64 << 20;
const BUFFERS = 1000;
const COLLECT_BYTES = 512 << 20;

let bytes = 0;
let buffers = 0;
let uncollected = 0;

/** Counts a new buffer. */
export function countBuffer(size: number): void {
  bytes += size;
  uncollected += size;
  buffers++;
}

/** Lets finalizers run if many buffers were made since the last time. */
export async function breathe(): Promise<void> {
  if (bytes < BYTES && buffers < BUFFERS) return;
  bytes = 0;
  buffers = 0;
  if (uncollected >= COLLECT_BYTES) {
    uncollected = 0;
    await collectGarbage();
  }
  await turn();
}

/** Resolves in the next macrotask. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = (): void => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
