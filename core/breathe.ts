/**
 * Finalizers run between macrotasks only, and a loop that awaits resolved promises never gets there.
 * So reading and evaluating turn the macrotask queue after a while: by MessageChannel, because
 * `setTimeout` takes milliseconds.
 */

const BYTES = 64 << 20;
const BUFFERS = 1000;

let bytes = 0;
let buffers = 0;

/** Counts a new buffer. */
export function countBuffer(size: number): void {
  bytes += size;
  buffers++;
}

/** Turns the macrotask queue if many buffers were made since the last time. */
export function breathe(): Promise<void> {
  if (bytes < BYTES && buffers < BUFFERS) return Promise.resolve();
  bytes = 0;
  buffers = 0;
  return turn();
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
