import { bytesOf, type KernelReport, type ProgramReport } from "../../core/mod.ts";
import type { Schedule, ScheduledKernel } from "../ir/types.ts";

/** What a schedule costs; `peakBytes` is the arena that holds its intermediate values. */
export function reportOf(schedule: Schedule, peakBytes: number): ProgramReport {
  const kernels = schedule.kernels.map(reportKernel);
  const bytesWith = (role: string): number =>
    schedule.buffers
      .filter((buffer) => buffer.role.kind === role)
      .reduce((sum, { dtype, size }) => sum + bytesOf(dtype) * size, 0);
  return {
    kernels,
    copies: schedule.kernels.filter((kernel) => kernel.isCopy).length,
    flops: kernels.reduce((sum, kernel) => sum + kernel.flops, 0),
    bytes: kernels.reduce((sum, kernel) => sum + kernel.bytes, 0),
    inputBytes: bytesWith("input"),
    outputBytes: bytesWith("output"),
    peakBytes,
    buffers: schedule.buffers.filter((buffer) => buffer.role.kind === "temporary").length,
    inPlace: schedule.buffers.filter((buffer) => buffer.alias !== null).length,
  };
}

function reportKernel({ name, ir, flops, bytes, isCopy }: ScheduledKernel): KernelReport {
  const kind = isCopy ? "copy" : ir.kind === "product" ? "dot" : ir.kind;
  return { name, kind, flops, bytes };
}
