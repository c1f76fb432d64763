import type { Profile, ProfileRow } from "./profile_rows.ts";

/** Rows that are printed: a step of a language model has a few dozen kinds of kernels. */
const TOP = 40;

const HEADER = "     ms      %   count  GFLOP/s     GB/s  kernel";

/** A profile as a text: a line a kernel, then the host, then what there is to know. */
export function formatProfile(
  { device, rows, phases, ms, kernelMs, notes }: Omit<Profile, "trace" | "toString">,
): string {
  const rest = rows.slice(TOP);
  const runs = rows.reduce((sum, { count }) => sum + count, 0);
  const flops = rows.reduce((sum, row) => sum + row.flops, 0);
  const host = phases.map(({ name, count, ms }) => `${name} ${fixed(ms)} ms (${count}x)`);
  return [
    HEADER,
    ...rows.slice(0, TOP).map(line),
    ...(rest.length === 0 ? [] : [
      `${cell(rest.reduce((sum, row) => sum + row.ms, 0), 7, 2)}  in ${rest.length} more kernels`,
    ]),
    `${runs} ${runs === 1 ? "run" : "runs"} of kernels in ${fixed(kernelMs)} ms, ` +
    `${fixed(kernelMs > 0 ? flops / 1e6 / kernelMs : 0)} GFLOP/s, of ${fixed(ms)} ms in all`,
    ...(host.length === 0 ? [] : [`host: ${host.join(", ")}`]),
    device,
    ...notes,
  ].join("\n");
}

function line({ name, ms, share, count, gflops, gbs }: ProfileRow): string {
  const rate = (value: number): string => value > 0 ? cell(value, 9, 1) : " ".repeat(9);
  return cell(ms, 7, 2) + cell(100 * share, 7, 1) + cell(count, 8, 0) + rate(gflops) + rate(gbs) +
    `  ${name}`;
}

function cell(value: number, width: number, digits: number): string {
  return value.toFixed(digits).padStart(width);
}

function fixed(value: number): string {
  return value.toFixed(value < 10 ? 2 : 1);
}
