import type { KernelIR } from "../../ir/types.ts";
import { entry, groupNumber } from "../product/text.ts";
import type { Bindings } from "./bindings.ts";
import { axisLines, newBlock, printStores } from "./print.ts";

const THREADS = 64;

/** A kernel's text without its declarations, and its workgroups. */
export type Body = { readonly text: string; readonly groups: number };

/** One invocation an element; where rows must run in order, one a lane. */
export function printMap(ir: KernelIR, bindings: Bindings): Body {
  const rows = ir.rows.reduce((product, axis) => product * axis.size, 1);
  const count = ir.ordered ? ir.lane.size : rows * ir.lane.size;
  const groups = Math.ceil(count / THREADS);
  const axes = ir.ordered ? axisLines("row", ir.rows) : axisLines("element", [...ir.rows, ir.lane]);
  const names = ir.ordered ? new Map([...axes.names, [ir.lane.id, "element"]]) : axes.names;
  const block = newBlock();
  printStores({ bindings, axes: names, reductions: [] }, block, ir.stages[0]!.stores);
  const lines = [...axes.lines, ...block.lines].join("\n  ");
  const body = ir.ordered
    ? `for (var row = 0u; row < ${rows}u; row = row + 1u) {\n  ${lines}\n  }`
    : lines;
  return {
    groups,
    text: `${entry(THREADS)}
  ${groupNumber(groups)}
  let element = id * ${THREADS}u + t;
  if (element >= ${count}u) { return; }
  ${body}
}`,
  };
}
