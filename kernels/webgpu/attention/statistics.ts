import { type AttentionIR, sizesOf, viewsOf } from "../../ir/attention.ts";
import { PARTIALS } from "../product/printer.ts";
import { entry, groupNumber, u32 } from "../product/text.ts";
import type { Bindings } from "../wgsl/bindings.ts";
import { printLoad } from "../wgsl/storage.ts";
import { type Frame, LOG2E, type Printed, rowPlace, sumPlace } from "./frame.ts";

/**
 * What a backward pass has to know of a query besides its operands, in the workspace: the logarithm
 * (base 2) of the sum of its weights, and the mean Σ weight · slope = cotangent · result.
 */

const THREADS = 64;

/** Elements of f32 in the workspace. */
export function statisticsSize(ir: AttentionIR): number {
  const { batch, heads, time } = sizesOf(ir);
  return 2 * batch * heads * time;
}

/** The kernel that writes the statistics: one thread for a query. */
export function printStatistics(ir: AttentionIR, bindings: Bindings): Printed {
  const { size, batch, heads, time } = sizesOf(ir);
  const { out, ct, lse } = viewsOf(ir);
  const from = bindings.quads(out!.buffer, "read");
  const by = bindings.quads(ct!.buffer, "read");
  const to = bindings.use(PARTIALS, "write");
  const count = batch * heads * time;
  const groups = Math.ceil(count / THREADS);
  const body = `${entry(THREADS)}
  ${groupNumber(groups)}
  let number = id * ${u32(THREADS)} + t;
  if (number >= ${u32(count)}) { return; }
  let at = number % ${u32(time)};
  let head = number / ${u32(time)} % ${u32(heads)};
  let text = number / ${u32(time * heads)};
  let one = ${rowPlace(out!, "at", "head")};
  let other = ${rowPlace(ct!, "at", "head")};
  var mean = 0.0;
  for (var i = 0u; i < ${u32(size / 4)}; i++) {
    mean += dot(${from.read("one + i")}, ${by.read("other + i")});
  }
  let lse = ${printLoad(bindings, lse!.buffer, "f32", sumPlace(lse!, "at"))};
  ${to.write("number", `lse * ${LOG2E}`)}
  ${to.write(`number + ${u32(count)}`, "mean")}
}`;
  return { body, groups };
}

/** Statements that read the statistics of query `number`. */
export function readStatistics({ bindings, sizes }: Frame, number: string): string[] {
  const { batch, heads, time } = sizes;
  const use = bindings.use(PARTIALS, "read");
  return [
    `let lse = ${use.read(number)};`,
    `let mean = ${use.read(`${number} + ${u32(batch * heads * time)}`)};`,
  ];
}
