import type { Progress } from "../train/mod.ts";
import type { Terminal } from "./terminal.ts";

/** Shows how far something is: a bar where somebody watches, a line now and then elsewhere. */
export type ProgressBar = {
  /** `done` is the part that is done, 0 to 1. */
  readonly update: (done: number, text: string) => void;
  /** Removes the bar. */
  readonly end: () => void;
};

const CELLS = 24;
const REDRAW_MS = 100;
const LINE_MS = 30_000;

/** A progress bar on the terminal's notes. */
export function progressBar(terminal: Terminal): ProgressBar {
  let last = -Infinity;
  let first: { readonly time: number; readonly done: number } | null = null;
  return {
    update: (done, text) => {
      const now = performance.now();
      if (now - last < (terminal.status ? REDRAW_MS : LINE_MS) && done < 1) return;
      last = now;
      first ??= { time: now, done }; // a resumed run starts half-way
      const left = (now - first.time) / 1000 * (1 - done) / (done - first.done);
      const line = formatProgress(done, text, left);
      if (terminal.status) terminal.status(line);
      else terminal.note(line);
    },
    end: () => terminal.status?.(""),
  };
}

/** "[########                ]  33% text, 2m 05s left"; `seconds` that are not finite are unknown. */
export function formatProgress(done: number, text: string, seconds: number): string {
  const part = Math.min(1, Math.max(0, done));
  const full = Math.round(part * CELLS);
  const bar = "#".repeat(full) + " ".repeat(CELLS - full);
  const percent = String(Math.floor(part * 100)).padStart(3);
  const left = Number.isFinite(seconds) && seconds > 0 ? `, ${formatSeconds(seconds)} left` : "";
  return `[${bar}] ${percent}% ${text}${left}`;
}

/** "step 12, loss 3.210, 1500 tokens/s"; the loss is known from the second step on. */
export function formatTraining({ step, loss, tokensPerSecond }: Progress): string {
  const known = Number.isFinite(loss) ? `, loss ${loss.toFixed(3)}` : "";
  return `step ${step}${known}, ${Math.round(tokensPerSecond)} tokens/s`;
}

/** "45s", "2m 05s", "3h 07m". */
export function formatSeconds(seconds: number): string {
  const whole = Math.round(seconds);
  const two = (n: number): string => String(n).padStart(2, "0");
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m ${two(whole % 60)}s`;
  return `${Math.floor(whole / 3600)}h ${two(Math.floor(whole / 60) % 60)}m`;
}

/** "12.3 MB". */
export function formatBytes(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(bytes || 1) / 3)));
  return `${power === 0 ? bytes : (bytes / 1000 ** power).toFixed(1)} ${units[power]}`;
}
