import type { Tree } from "./structured.ts";
import { evaluate, ready } from "./evaluate.ts";
import { printAsText } from "./inspect.ts";
import { phasesOf, type Profile, rowsOf } from "./profile_rows.ts";
import { formatProfile } from "./profile_table.ts";
import { chromeTrace } from "./profile_trace.ts";
import { isTensor, type Tensor } from "./tensor.ts";
import { newTimeline, setTimeline, type Timeline, timeline } from "./timeline.ts";

/**
 * Runs a function and measures every kernel that it runs, and what the host does besides.
 *
 * The function may be jitted or not, and may be async; tensors that it returns are computed before
 * the time ends. Call it once before, else the profile has tracing and compiling in it. Kernels are
 * timed by the clock of the main thread on the CPU, and by the device on WebGPU, where each then has
 * a pass of its own: what runs side by side otherwise takes turns. What the device copies between
 * the turns of a loop is no kernel, and has no row.
 *
 * @param f the function, without arguments
 * @throws {TypeError} if it is called while another function is profiled
 * @example A table, and a file for ui.perfetto.dev
 * ```ts
 * import { jit, key, matmul, normal, profile, tanh, type Tensor } from "../mod.ts";
 * const f = jit((x: Tensor) => tanh(matmul(x, x)));
 * const x = normal(key(0), [64, 64]);
 * await f(x).data();
 * const result = await profile(() => f(x));
 * console.log(`${result}`); // ms, share, count, GFLOP/s, GB/s and name of every kernel
 * const file = JSON.stringify(result.trace()); // Deno.writeTextFile("trace.json", file)
 * if (result.rows[0]?.kind !== "dot" || !file.includes("traceEvents")) throw new Error(file);
 * ```
 */
export async function profile<T>(f: () => T | Promise<T>): Promise<Profile<T>> {
  if (timeline()) {
    throw new TypeError("Cannot profile a function: another is being profiled; await that first");
  }
  const backend = await ready();
  const line = newTimeline();
  const start = performance.now();
  let end = start;
  let value: T;
  setTimeline(line);
  try {
    value = await f();
    await evaluate(tensorsIn(value));
    end = performance.now();
  } finally {
    setTimeline(null);
  }
  await Promise.all(line.waits);
  return newProfile(value, backend.describe(), line, start, end);
}

function newProfile<T>(
  value: T,
  device: string,
  line: Timeline,
  start: number,
  returned: number,
): Profile<T> {
  const rows = rowsOf(line);
  const end = line.kernels.reduce((last, run) => Math.max(last, run.end), returned);
  const result: Profile<T> = {
    value,
    device,
    rows,
    phases: phasesOf(line),
    ms: end - start,
    kernelMs: rows.reduce((sum, { ms }) => sum + ms, 0),
    notes: [...line.notes],
    trace: () => chromeTrace(line, { device, start, end }),
    toString: () => formatProfile(result),
  };
  printAsText(result);
  return result;
}

/** The tensors in a value that may be anything: functions return trees, records of them, or nothing. */
function tensorsIn(value: unknown): Tree {
  const found: Tensor[] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    if (isTensor(value)) found.push(value);
    else if (Array.isArray(value)) value.forEach(visit);
    else if (Object.getPrototypeOf(value) === Object.prototype) Object.values(value).forEach(visit);
  };
  visit(value);
  return found;
}
