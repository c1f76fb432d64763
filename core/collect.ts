/**
 * Asks the engine for a garbage collection, where that is possible: in Deno and Node through the
 * inspector, which needs the permission `--allow-sys` in Deno. V8 sees handles of a few bytes and not
 * the buffers behind them, so by itself it comes far too late.
 *
 * @returns whether a collection ran
 */
export async function collectGarbage(): Promise<boolean> {
  try {
    collector ??= await makeCollector();
    return await collector();
  } catch {
    collector = () => Promise.resolve(false);
    return false;
  }
}

type Collector = () => Promise<boolean>;

let collector: Collector | null = null;

type Inspector = {
  readonly Session: new () => {
    connect(): void;
    post(method: string, done: (error: Error | null) => void): void;
  };
};

async function makeCollector(): Promise<Collector> {
  if (typeof globalThis.Deno === "undefined") return () => Promise.resolve(false);
  // The specifier is a value so that bundlers for the browser leave it alone.
  const name = "node:inspector";
  const { Session } = await import(name) as Inspector;
  const session = new Session();
  session.connect();
  return () =>
    new Promise((resolve) => {
      session.post("HeapProfiler.collectGarbage", (error) => resolve(error === null));
    });
}
