/**
 * Asks the engine for a garbage collection, where that is possible: in Deno through the inspector,
 * which needs the permission `--allow-sys`. V8 sees handles of a few bytes and not the buffers behind
 * them, so by itself it comes far too late.
 */
export async function collectGarbage(): Promise<void> {
  try {
    collector ??= await makeCollector();
    await collector();
  } catch {
    collector = () => Promise.resolve();
  }
}

const PATIENCE_MS = 1000;

let collector: (() => Promise<void>) | null = null;

async function makeCollector(): Promise<() => Promise<void>> {
  if (typeof globalThis.Deno === "undefined") return () => Promise.resolve();
  const { Session } = await import("node:inspector");
  const session = new Session();
  session.connect();
  return () =>
    new Promise((resolve) => {
      // The answer alone does not keep the process alive; the timer does.
      const timer = setTimeout(resolve, PATIENCE_MS);
      session.post("HeapProfiler.collectGarbage", () => {
        clearTimeout(timer);
        resolve();
      });
    });
}
