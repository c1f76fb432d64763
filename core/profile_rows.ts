import type { ChromeTrace } from "./profile_trace.ts";
import type { PhaseName, Timeline } from "./timeline.ts";

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

/** The kernels of a timeline, the slowest first. */
export function rowsOf({ kernels }: Timeline): ProfileRow[] {
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

/** What the host did, in the order in which it did it first. */
export function phasesOf({ phases }: Timeline): ProfilePhase[] {
  const inOrder = phases.toSorted((a, b) => a.start - b.start);
  return [...Map.groupBy(inOrder, ({ name }) => name)].map(([name, all]) => ({
    name,
    count: all.length,
    ms: all.reduce((sum, { start, end }) => sum + end - start, 0),
  }));
}
