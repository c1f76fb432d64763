import { sizeOfAxes } from "../../ir/structure.ts";
import type { KernelIR, Stage, Value } from "../../ir/types.ts";
import { entry, groupNumber } from "../product/text.ts";
import type { Bindings } from "./bindings.ts";
import type { Body } from "./map.ts";
import { axisLines, type Block, newBlock, printStores, printValue } from "./print.ts";
import { combine, finished, identity, stripLines, stripMemory, type Strips } from "./reduction.ts";
import { variesAlong } from "./varies.ts";

/** Invocations of a workgroup. */
const THREADS = 64;
/** Rows from which on several invocations share a lane. */
const TALL = 64;
/** Invocations that share one then. */
const STRIPS = 16;

/**
 * An invocation for each lane runs down the rows; where those are many, sixteen of them share a lane
 * and their parts are added up in workgroup memory, first to last.
 */
export function printColumns(ir: KernelIR, bindings: Bindings): Body {
  const rows = sizeOfAxes(ir.rows);
  const isPlain = ir.stages.every((stage) => stage.stores.length === 0) && ir.sequence.length === 0;
  const strips = rows >= TALL && isPlain ? STRIPS : 1;
  const lanes = THREADS / strips;
  const groups = Math.ceil(ir.lane.size / lanes);
  const axes = axisLines("row", ir.rows);
  const parts: ColumnParts = {
    rows,
    strips: { lanes, strips },
    bindings,
    axisLines: axes.lines,
    names: new Map([...axes.names, [ir.lane.id, "lane"]]),
    varies: variesAlong(ir, new Set(ir.rows.map((axis) => axis.id))),
    outer: newBlock(),
    reductions: [],
    shared: [],
  };
  for (const stage of ir.stages) printStage(stage, parts);
  const { outer, names, reductions, shared } = parts;
  const last = newBlock(outer);
  printStores({ bindings, axes: names, reductions }, last, ir.rowStores);
  const isOwner = strips > 1 ? `strip == 0u && position < ${ir.lane.size}u` : "true";
  const lane = strips > 1
    ? `let lane = min(position, ${ir.lane.size - 1}u);`
    : `if (position >= ${ir.lane.size}u) { return; }\n  let lane = position;`;
  return {
    groups,
    turns: ir.stages.length * Math.ceil(rows / strips),
    text: `${shared.join("\n")}
${entry(THREADS)}
  ${groupNumber(groups)}
  let position = id * ${lanes}u + t % ${lanes}u;
  let strip = t / ${lanes}u;
  ${lane}
  ${outer.lines.join("\n  ")}
  if (${isOwner}) {
  ${last.lines.join("\n  ")}
  }
}`,
  };
}

type ColumnParts = {
  readonly rows: number;
  readonly strips: Strips;
  readonly bindings: Bindings;
  readonly axisLines: readonly string[];
  readonly names: ReadonlyMap<number, string>;
  readonly varies: (value: Value) => boolean;
  /** The statements of a lane, outside of the loops over its rows. */
  readonly outer: Block;
  readonly reductions: string[];
  readonly shared: string[];
};

/** Prints one pass down the rows into the lane's block. */
function printStage(stage: Stage, parts: ColumnParts): void {
  const { rows, strips, bindings, names, varies, outer, reductions, shared } = parts;
  const inner = newBlock(outer);
  const known = { bindings, axes: names, reductions };
  const of = (value: Value): Block => varies(value) ? inner : outer;
  const first = reductions.length;
  const updates = stage.reductions.map((reduction, i) => {
    const value = printValue(known, inner, reduction.value, of);
    return `a${first + i} = ${combine(reduction, `a${first + i}`, value)};`;
  });
  printStores(known, inner, stage.stores, of);
  stage.reductions.forEach((reduction, i) => {
    outer.lines.push(`var a${first + i} = ${identity(reduction)};`);
  });
  outer.lines.push(
    `for (var row = strip; row < ${rows}u; row = row + ${strips.strips}u) {`,
    ...[...parts.axisLines, ...inner.lines, ...updates].map((line) => `  ${line}`),
    "}",
  );
  stage.reductions.forEach((reduction, i) => {
    const number = first + i;
    let total = `a${number}`;
    if (strips.strips > 1) {
      shared.push(stripMemory(reduction, number, strips));
      outer.lines.push(`shared${number}[t] = a${number};`, "workgroupBarrier();");
      outer.lines.push(...stripLines(reduction, number, `t % ${strips.lanes}u`, strips));
      total = `total${number}`;
    }
    outer.lines.push(`let r${number} = ${finished(reduction, total)};`);
    reductions.push(`r${number}`);
  });
}
