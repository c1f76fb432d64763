import type { KernelReport, Program, ProgramReport } from "../../core/mod.ts";
import { bytesOf } from "../../core/internal.ts";
import { turnsOf } from "../ir/loop.ts";
import type { LoopIR, Schedule, ScheduledKernel } from "../ir/types.ts";

/**
 * What a schedule costs; `peakBytes` are those of its intermediate values. `inside` gives the kernels
 * of a loop's bodies, which come behind it.
 */
export function reportOf(
  schedule: Schedule,
  peakBytes: number,
  inside: (ir: LoopIR) => readonly KernelReport[] = () => [],
): ProgramReport {
  const kernels = schedule.kernels.flatMap((kernel) => [
    reportKernel(kernel),
    ...(kernel.ir.kind === "loop" ? inside(kernel.ir) : []),
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

/** What a kernel is, and what a run of it costs. */
export function reportKernel({ name, ir, flops, bytes, isCopy }: ScheduledKernel): KernelReport {
  const kind = isCopy ? "copy" : ir.kind === "product" ? "dot" : ir.kind;
  return { name, kind, flops, bytes };
}

type Compiled = { readonly program: Program };

/**
 * The kernels of a loop's bodies, with the costs of all turns, or of one where nobody knows how many
 * there are.
 */
export function kernelsInside(
  ir: LoopIR,
  { before, bodies }: { readonly before: Compiled | null; readonly bodies: readonly Compiled[] },
): KernelReport[] {
  const kernelsOf = ({ program }: Compiled, word: string, times: number): KernelReport[] =>
    program.report.kernels.map(({ name, kind, flops, bytes }) => ({
      name: `${word} ${ir.primitive}: ${name}`,
      kind,
      flops: flops * times,
      bytes: bytes * times,
    }));
  const turns = turnsOf(ir.loop) ?? 1;
  return [
    ...(before ? kernelsOf(before, "before", 1) : []),
    ...bodies.flatMap((body) => kernelsOf(body, "in", turns)),
  ];
}
