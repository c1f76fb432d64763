import type { Message } from "./message.ts";

/** A worker thread, seen from the main one. */
export type Port = { send(message: Message): void };

type NodeWorker = {
  postMessage(message: unknown): void;
  unref(): void;
  on(event: string, listener: (value: never) => void): void;
};
type WorkerThreads = {
  readonly Worker: new (url: URL) => NodeWorker;
  readonly parentPort: NodeWorker | null;
};
type WorkerScope = { onmessage: ((event: MessageEvent) => void) | null };

/** Starts a worker; null where there are none. */
export function startWorker(): Port | null {
  const url = new URL("./worker.ts", import.meta.url);
  const threads = workerThreads();
  try {
    // Node's workers can be left running when the program ends; the web's keep Deno alive.
    if (!threads) {
      const worker = new Worker(url, { type: "module" });
      return { send: (message) => worker.postMessage(message) };
    }
    const worker = new threads.Worker(url);
    worker.unref();
    worker.on("error", () => {}); // a worker that cannot start never joins: the others do its part
    return { send: (message) => worker.postMessage(message) };
  } catch {
    return null;
  }
}

/** In a worker: calls `receive` with every message. */
export function parentPort(receive: (message: Message) => void): void {
  const port = workerThreads()?.parentPort;
  if (port) port.on("message", receive as (value: never) => void);
  else (globalThis as unknown as WorkerScope).onmessage = (event) => receive(event.data);
}

function workerThreads(): WorkerThreads | null {
  const { process } = globalThis as {
    process?: { getBuiltinModule?: (name: string) => unknown };
  };
  const found = process?.getBuiltinModule?.("node:worker_threads");
  return found ? found as WorkerThreads : null;
}
