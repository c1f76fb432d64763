import type { KernelReport } from "../../core/mod.ts";
import { closeKernel, openKernel, timeline } from "../../core/internal.ts";

/** Is called before every step of a run with its number, and after the last with the number of all. */
export type Watch = (at: number) => void;

/**
 * A watch that times a run's kernels; null while nobody profiles. Steps of one kernel follow each
 * other, and have the same report.
 */
export function watchKernels(kernelOf: readonly KernelReport[]): Watch | null {
  const line = timeline();
  if (!line) return null;
  let running: KernelReport | undefined;
  return (at) => {
    const next = kernelOf[at];
    if (next === running) return;
    if (running) closeKernel(line);
    if (next) openKernel(line, next);
    running = next;
  };
}
