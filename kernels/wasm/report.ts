import { bytesOf, type KernelReport, type ProgramReport } from "../../core/mod.ts";
import { turnsOf } from "../ir/loop.ts";
import type { LoopIR, Schedule, ScheduledKernel } from "../ir/types.ts";
import type { LoweredLoop } from "./loop/lower.ts";

/**
 * What a schedule costs; `peakBytes` is the arena that holds its intermediate values. Behind a loop
 * come the kernels of its bodies, with the costs of all turns, or of one where nobody knows how many
 * there are.
 */
export function reportOf(
  schedule: Schedule,
  peakBytes: number,
  loops: ReadonlyMap<LoopIR, LoweredLoop>,
): ProgramReport {
  const kernels = schedule.kernels.flatMap((kernel) => [
    reportKernel(kernel),
    ...(kernel.ir.kind === "loop" ? inside(kernel.ir, loops.get(kernel.ir)!) : []),
  ]);
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

function inside(ir: LoopIR, { bodies }: LoweredLoop): KernelReport[] {
  const times = turnsOf(ir.loop) ?? 1;
  return bodies.flatMap(({ program }) =>
    program.report.kernels.map(({ name, kind, flops, bytes }): KernelReport => ({
      name: `in ${ir.primitive}: ${name}`,
      kind,
      flops: flops * times,
      bytes: bytes * times,
    }))
  );
}
