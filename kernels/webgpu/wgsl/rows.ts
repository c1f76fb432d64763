import { sizeOfAxes } from "../../ir/structure.ts";
import type { KernelIR, Stage, Value } from "../../ir/types.ts";
import { entry, groupNumber } from "../product/text.ts";
import type { Bindings } from "./bindings.ts";
import type { Body } from "./map.ts";
import { axisLines, type Block, newBlock, printStores, printValue } from "./print.ts";
import { combine, finished, identity, totalLines } from "./reduction.ts";
import { variesAlong } from "./varies.ts";

/** Lanes up to which an invocation does a whole row by itself. */
const SHORT = 16;
const ROWS_TOGETHER = 64;

/**
 * A workgroup for each row, its invocations striding over the lane and adding up in a tree; short
 * rows have one invocation each.
 */
export function printRows(ir: KernelIR, bindings: Bindings): Body {
  const rows = sizeOfAxes(ir.rows);
  const isShort = ir.lane.size <= SHORT;
  const threads = isShort ? ROWS_TOGETHER : threadsFor(ir.lane.size);
  const groups = isShort ? Math.ceil(rows / threads) : rows;
  const axes = axisLines("row", ir.rows);
  const names = new Map([...axes.names, [ir.lane.id, "lane"]]);
  const varies = variesAlong(ir, new Set([ir.lane.id]));
  const row = newBlock();
  const reductions: string[] = [];
  const shared: string[] = [];
  for (const stage of ir.stages) {
    printStage({ stage, row, names, bindings, reductions, varies, shared }, ir, threads, isShort);
  }
  const last = newBlock(row);
  printStores({ bindings, axes: names, reductions }, last, ir.rowStores);
  const ending = last.lines.join("\n  ");
  const end = last.lines.length === 0 ? "" : isShort ? ending : `if (t == 0u) {\n  ${ending}\n  }`;
  const head = isShort
    ? `let row = id * ${threads}u + t;\n  if (row >= ${rows}u) { return; }`
    : "let row = id;";
  return {
    groups,
    turns: ir.stages.length * Math.ceil(ir.lane.size / (isShort ? 1 : threads)),
    text: `${shared.join("\n")}
${entry(threads, bindings.hasSubgroups && !isShort)}
  ${groupNumber(groups)}
  ${head}
  ${[...axes.lines, ...row.lines].join("\n  ")}
  ${end}
}`,
  };
}

function threadsFor(lanes: number): number {
  return lanes <= 64 ? 32 : lanes <= 512 ? 64 : lanes <= 2048 ? 128 : 256;
}

type StageParts = {
  readonly stage: Stage;
  readonly row: Block;
  readonly names: ReadonlyMap<number, string>;
  readonly bindings: Bindings;
  readonly reductions: string[];
  readonly varies: (value: Value) => boolean;
  readonly shared: string[];
};

/** Prints one pass over the lane into the row's block. */
function printStage(
  { stage, row, names, bindings, reductions, varies, shared }: StageParts,
  ir: KernelIR,
  threads: number,
  isShort: boolean,
): void {
  if (stage.reductions.length + stage.stores.length === 0) return;
  const first = reductions.length;
  const inner = newBlock(row);
  const known = { bindings, axes: names, reductions };
  const of = (value: Value): Block => varies(value) ? inner : row;
  const updates = stage.reductions.map((reduction, i) => {
    const value = printValue(known, inner, reduction.value, of);
    return `a${first + i} = ${combine(reduction, `a${first + i}`, value)};`;
  });
  printStores(known, inner, stage.stores, of);
  stage.reductions.forEach((reduction, i) => {
    row.lines.push(`var a${first + i} = ${identity(reduction)};`);
  });
  const [start, step] = isShort ? ["0u", "1u"] : ["t", `${threads}u`];
  row.lines.push(
    `for (var at = ${start}; at < ${ir.lane.size}u; at = at + ${step}) {`,
    "  let lane = at;",
    ...[...inner.lines, ...updates].map((line) => `  ${line}`),
    "}",
  );
  stage.reductions.forEach((reduction, i) => {
    const number = first + i;
    let total = `a${number}`;
    if (!isShort) {
      const found = totalLines(reduction, number, threads, bindings.hasSubgroups);
      shared.push(found.declaration);
      row.lines.push(...found.lines);
      total = found.total;
    }
    row.lines.push(`let r${number} = ${finished(reduction, total)};`);
    reductions.push(`r${number}`);
  });
}
