import type { ProductIR } from "../../ir/types.ts";
import type { FinishCode, Partial } from "./finish.ts";
import { entry, groupNumber } from "./text.ts";

const THREADS = 64;

/** Workgroups of the kernel that adds up the parts of k. */
export function reduceGroups({ batch, m, n }: ProductIR): number {
  return Math.ceil(batch * m * Math.ceil(n / 4) / THREADS);
}

/**
 * Adds up the parts of k, first to last, and finishes the sums: one invocation for four columns of
 * a row.
 */
export function printReduce(
  ir: ProductIR,
  splits: number,
  { buffer, isQuads }: Partial,
  finish: FinishCode,
): string {
  const { batch, m, n } = ir;
  const perRow = Math.ceil(n / 4);
  const at = isQuads
    ? (part: number) => buffer.read(`place + ${part * batch * m * perRow}u`)
    : (part: number) => {
      const first = `place + ${part * batch * m * n}u`;
      const others = [1, 2, 3].map((i) =>
        `select(0.0, ${buffer.read(`${first} + ${i}u`)}, column + ${i}u < ${n}u)`
      );
      return `vec4<f32>(${[buffer.read(first), ...others].join(", ")})`;
    };
  const adds = Array.from({ length: splits - 1 }, (_, i) => `sums += ${at(i + 1)};`);
  return `${finish.functions}
${entry(THREADS)}
  ${groupNumber(reduceGroups(ir))}
  let element = id * ${THREADS}u + t;
  if (element >= ${batch * m * perRow}u) { return; }
  let row = element / ${perRow}u;
  let column = element % ${perRow}u * 4u;
  let place = ${isQuads ? "element" : `row * ${n}u + column`};
  var sums = ${at(0)};
  ${adds.join("\n  ")}
  ${finish.quad(`row / ${m}u`, `row % ${m}u`, "column", "sums")}
}`;
}
