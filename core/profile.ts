import type { Tree } from "./structured.ts";
import { evaluate, ready } from "./evaluate.ts";
import { printAsText } from "./inspect.ts";
import { formatProfile } from "./profile_table.ts";
import { type ChromeTrace, chromeTrace } from "./profile_trace.ts";
import { isTensor, type Tensor } from "./tensor.ts";
import { newTimeline, type PhaseName, setTimeline, type Timeline, timeline } from "./timeline.ts";

/** All runs of a kernel. */
export type ProfileRow = {
  /** What it does, as in `explain`; kernels of a loop begin with "in scan: ". */
  readonly name: string;
  readonly kind: string;
  readonly count: number;
  /** Milliseconds of all runs; of a loop, without the kernels inside. */
  readonly ms: number;
  /** Part of the time of all kernels, from 0 to 1. */
  readonly share: number;
  /** Floating-point operations and bytes of all runs. */
  readonly flops: number;
  readonly bytes: number;
  /** Rates while it ran, 10⁹ a second; 0 where nothing is counted. */
  readonly gflops: number;
  readonly gbs: number;
};

/** What the host did under one name. */
export type ProfilePhase = {
  readonly name: PhaseName;
  readonly count: number;
  readonly ms: number;
};

/** Where the time of a function went. Printed, it is a table. */
export type Profile<T = unknown> = {
  /** What the function returned. */
  readonly value: T;
  readonly device: string;
  /** One row a kernel, the slowest first. */
  readonly rows: readonly ProfileRow[];
  readonly phases: readonly ProfilePhase[];
  /** Milliseconds from the call until the last kernel had ended, and of all kernels. */
  readonly ms: number;
  readonly kernelMs: number;
  /** What there is to know about the times, such as how a device took them. */
  readonly notes: readonly string[];
  /** Every run and phase in Chrome's trace format, for ui.perfetto.dev or chrome://tracing. */
  readonly trace: () => ChromeTrace;
  readonly toString: () => string;
};

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

function rowsOf({ kernels }: Timeline): ProfileRow[] {
  const total = kernels.reduce((sum, { own }) => sum + own, 0);
  const groups = Map.groupBy(kernels, ({ kernel: { kind, name } }) => `${kind}|${name}`);
  const rows = [...groups.values()].map((runs): ProfileRow => {
    const { name, kind } = runs[0]!.kernel;
    const sum = (of: (run: typeof runs[number]) => number): number =>
      runs.reduce((sum, run) => sum + of(run), 0);
    const ms = sum(({ own }) => own);
    const flops = sum(({ kernel }) => kernel.flops);
    // What a loop reads and writes is what the kernels inside do.
    const bytes = kind === "loop" ? 0 : sum(({ kernel }) => kernel.bytes);
    const rate = (amount: number): number => ms > 0 ? amount / 1e6 / ms : 0;
    return {
      name,
      kind,
      count: runs.length,
      ms,
      share: total > 0 ? ms / total : 0,
      flops,
      bytes,
      gflops: rate(flops),
      gbs: rate(bytes),
    };
  });
  return rows.sort((a, b) => b.ms - a.ms);
}

function phasesOf({ phases }: Timeline): ProfilePhase[] {
  const inOrder = phases.toSorted((a, b) => a.start - b.start);
  return [...Map.groupBy(inOrder, ({ name }) => name)].map(([name, all]) => ({
    name,
    count: all.length,
    ms: all.reduce((sum, { start, end }) => sum + end - start, 0),
  }));
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
