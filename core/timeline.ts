import type { KernelReport } from "./backend.ts";

/**
 * What the host does for a program: `execute` is the call that runs it, or records it for a device,
 * which gets it by `submit`.
 */
export type PhaseName = "trace" | "compile" | "upload" | "execute" | "submit" | "read";

/** A stretch of the host's time, in milliseconds of `performance.now()`. */
export type Phase = { readonly name: PhaseName; readonly start: number; readonly end: number };

/** A run of a kernel; `own`: its milliseconds without those of the kernels inside a loop. */
export type KernelRun = {
  readonly kernel: KernelReport;
  readonly start: number;
  readonly end: number;
  readonly own: number;
};

type OpenKernel = { readonly kernel: KernelReport; readonly start: number; inside: number };

/** What is written down while a function is profiled. */
export type Timeline = {
  readonly phases: Phase[];
  readonly kernels: KernelRun[];
  /** What a reader of the times has to know. */
  readonly notes: Set<string>;
  /** Times that a device still has to tell. */
  readonly waits: Promise<void>[];
  /** Kernels that are running, and the words for the loops around what runs. */
  readonly open: OpenKernel[];
  readonly loops: string[];
};

let current: Timeline | null = null;

/** The timeline of the function that is profiled; null where none is, which is all that costs. */
export function timeline(): Timeline | null {
  return current;
}

/** Starts a timeline, or ends it with null. */
export function setTimeline(next: Timeline | null): void {
  current = next;
}

/** An empty timeline. */
export function newTimeline(): Timeline {
  return { phases: [], kernels: [], notes: new Set(), waits: [], open: [], loops: [] };
}

/** Begins a phase of the host; what it returns ends the phase. */
export function beginPhase(name: PhaseName): () => void {
  const { phases } = current ?? {};
  if (!phases) return nothing;
  const start = performance.now();
  return () => void phases.push({ name, start, end: performance.now() });
}

function nothing(): void {}

/** Begins a kernel that the host runs or waits for; kernels begun inside it belong to a loop. */
export function openKernel({ open, loops }: Timeline, kernel: KernelReport): void {
  if (kernel.kind === "loop") loops.push(loopWord(kernel));
  open.push({ kernel, start: performance.now(), inside: 0 });
}

/** Ends the kernel that was begun last. */
export function closeKernel(timeline: Timeline): void {
  const { open, loops, kernels } = timeline;
  const end = performance.now();
  const { kernel, start, inside } = open.pop()!;
  if (kernel.kind === "loop") loops.pop();
  const around = open.at(-1);
  if (around) around.inside += end - start;
  kernels.push({ kernel: insideLoops(timeline, kernel), start, end, own: end - start - inside });
}

/** A kernel by the name that a reader of the whole program knows: "in scan: map 4x8 tanh[4,8]". */
export function insideLoops({ loops }: Timeline, kernel: KernelReport): KernelReport {
  return loops.length === 0 ? kernel : { ...kernel, name: `${loops.join("")}${kernel.name}` };
}

/** What the names of kernels inside a loop begin with, as in the report of its program. */
export function loopWord({ name }: KernelReport): string {
  return `in ${name.split(" ")[0]}: `;
}
