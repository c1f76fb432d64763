import type { ProductIR } from "../../ir/types.ts";
import type { FinishCode } from "./finish.ts";
import type { OperandCode } from "./operand.ts";
import { entry, groupNumber, u32 } from "./text.ts";

const THREADS = 64;

/** Workgroups of a product whose invocations sum an element each. */
export function singleGroups({ batch, m, n }: ProductIR): number {
  return Math.ceil(batch * m * n / THREADS);
}

/**
 * The kernel for products so small that nothing is worth sharing: every invocation sums one element.
 * Many tiny matrices fill its workgroups, and it is compiled several times faster than the others.
 */
export function printSingle(
  ir: ProductIR,
  codes: { readonly a: OperandCode; readonly b: OperandCode; readonly finish: FinishCode },
): string {
  const { batch, m, n, k } = ir;
  const { a, b, finish } = codes;
  return `${[a, b, finish].map((code) => code.functions).join("\n")}
${entry(THREADS)}
  ${groupNumber(singleGroups(ir))}
  let element = id * ${THREADS}u + t;
  if (element >= ${u32(batch * m * n)}) { return; }
  let batch = element / ${u32(m * n)};
  let row = element / ${u32(n)} % ${u32(m)};
  let column = element % ${u32(n)};
  let base_a = ${a.base("batch")};
  let base_b = ${b.base("batch")};
  var sum = 0.0;
  for (var k = 0u; k < ${u32(k)}; k++) {
    sum = fma(${a.element("base_a", "row", "k")}, ${b.element("base_b", "column", "k")}, sum);
  }
  ${finish.one("batch", "row", "column", "sum")}
}`;
}
