import type { KernelReport, ProgramReport } from "./backend.ts";
import { compileReport, type JitOptions } from "./jit.ts";
import type { Tree } from "./structured.ts";

/**
 * What the program of `f` for arguments like these consists of: its kernels, floating-point
 * operations, bytes, buffers and peak memory, as a text to print.
 *
 * @param f a function of trees of tensors, as for `jit`
 * @example The kernels of a function
 * ```ts
 * import { add, explain, mul, tensor, type Tensor } from "../mod.ts";
 * const text = await explain((x: Tensor) => add(mul(x, x), 1))(tensor([1, 2]));
 * if (!text.includes("1 kernel")) throw new Error(text);
 * ```
 */
export function explain<A extends readonly unknown[], B extends Tree>(
  f: (...args: A) => B,
  options: JitOptions = {},
): (...args: A) => Promise<string> {
  return async (...args) => formatReport(await compileReport(f, options)(...args));
}

/** A report as a table with a summary. */
export function formatReport(report: ProgramReport): string {
  const rows = grouped(report.kernels).map(({ kernel, count }) => [
    count > 1 ? `${count} x` : "",
    kernel.kind,
    kernel.name,
    kernel.flops > 0 ? `${quantity(kernel.flops)}FLOP` : "",
    `${quantity(kernel.bytes)}B`,
  ]);
  const widths = [0, 1, 2, 3].map((i) => Math.max(0, ...rows.map((row) => row[i]!.length)));
  const table = rows.map((row) => {
    return row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join("  ").trimEnd();
  });
  const { kernels, copies, flops, bytes, peakBytes, buffers, inPlace } = report;
  return [
    ...table,
    `${kernels.length} kernel${kernels.length === 1 ? "" : "s"}, ${copies} copies, ` +
    `${quantity(flops)}FLOP, ${quantity(bytes)}B moved`,
    `inputs ${quantity(report.inputBytes)}B, outputs ${quantity(report.outputBytes)}B, ` +
    `${quantity(peakBytes)}B between them at peak in ${buffers} buffers, ${inPlace} in place`,
  ].join("\n");
}

type Group = { readonly kernel: KernelReport; readonly count: number };

/** Equal kernels once, in the order of their first runs. */
function grouped(kernels: readonly KernelReport[]): Group[] {
  const groups = new Map<string, Group>();
  for (const kernel of kernels) {
    const key = `${kernel.kind}|${kernel.name}|${kernel.flops}|${kernel.bytes}`;
    groups.set(key, { kernel, count: (groups.get(key)?.count ?? 0) + 1 });
  }
  return [...groups.values()];
}

const PREFIXES = ["", "k", "M", "G", "T"];

/** "1.5 M": a number with a decimal prefix. */
function quantity(value: number): string {
  let scaled = value;
  let i = 0;
  while (scaled >= 1000 && i < PREFIXES.length - 1) {
    scaled /= 1000;
    i++;
  }
  return `${i === 0 ? scaled : scaled.toPrecision(3)} ${PREFIXES[i]}`;
}
