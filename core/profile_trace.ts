import type { Timeline } from "./timeline.ts";

/** One event of a trace; times in microseconds. */
export type ChromeEvent = {
  readonly name: string;
  /** X: a stretch of time. M: the name of a process or track. */
  readonly ph: "X" | "M";
  readonly pid: number;
  readonly tid: number;
  readonly ts?: number;
  readonly dur?: number;
  readonly cat?: string;
  readonly args?: { readonly [name: string]: string | number };
};

/** A trace as Chrome's tracing and Perfetto read it. */
export type ChromeTrace = {
  readonly traceEvents: readonly ChromeEvent[];
  readonly displayTimeUnit: "ms";
  readonly otherData: { readonly [name: string]: string };
};

const PID = 1;
const HOST = 1;
const DEVICE = 2;

/** The events of a timeline from `start` to `end`: the host on one track, kernels on another. */
export function chromeTrace(
  { phases, kernels, notes }: Timeline,
  { device, start, end }: { readonly device: string; readonly start: number; readonly end: number },
): ChromeTrace {
  const micros = (ms: number): number => Math.round(1e6 * ms) / 1e3;
  const span = (span: { readonly start: number; readonly end: number }) => ({
    ph: "X" as const,
    pid: PID,
    ts: micros(span.start - start),
    dur: micros(span.end - span.start),
  });
  const label = (name: string, tid: number, text: string): ChromeEvent => {
    return { name, ph: "M", pid: PID, tid, args: { name: text } };
  };
  const hostEvents = phases.map((phase): ChromeEvent => {
    return { name: phase.name, cat: "host", tid: HOST, ...span(phase) };
  });
  const kernelEvents = kernels.map((run): ChromeEvent => {
    const { name, kind, flops, bytes } = run.kernel;
    return { name, cat: "kernel", tid: DEVICE, ...span(run), args: { kind, flops, bytes } };
  });
  // Viewers nest events of one track by their order: what begins first, and lasts longest, is outside.
  const events = [...hostEvents, ...kernelEvents].sort((a, b) => a.ts! - b.ts! || b.dur! - a.dur!);
  return {
    traceEvents: [
      label("process_name", HOST, "graft"),
      label("thread_name", HOST, "host"),
      label("thread_name", DEVICE, device),
      { name: "profile", cat: "host", tid: HOST, ...span({ start, end }) },
      ...events,
    ],
    displayTimeUnit: "ms",
    otherData: { device, notes: [...notes].join("; ") },
  };
}
