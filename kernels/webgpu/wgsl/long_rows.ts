import { sizeOfAxes } from "../../ir/structure.ts";
import type { KernelIR, Reduction } from "../../ir/types.ts";
import { entry, groupNumber } from "../product/text.ts";
import type { Bindings } from "./bindings.ts";
import type { Body } from "./map.ts";
import { loadPart, onlyReductions, storePart } from "./partials.ts";
import { axisLines, newBlock, printStores, printValue } from "./print.ts";
import { combine, finished, identity, type Shared, totalLines } from "./reduction.ts";
import { variesAlong } from "./varies.ts";

/**
 * Long rows that are few would leave most of a device idle with a workgroup each. Where all that
 * they are is reductions, parts of a row have a workgroup each, and a second kernel adds up what
 * they found.
 */

/** Lanes of a part at least, and workgroups that keep a device busy. */
const LEAST_LANES = 4096;
const MOST_GROUPS = 1024;
const THREADS = 256;

/** Parts of each row; 1 where it stays whole. */
function partsOfRows(ir: KernelIR): number {
  if (ir.kind !== "row" || !onlyReductions(ir)) return 1;
  const wanted = Math.floor(MOST_GROUPS / sizeOfAxes(ir.rows));
  return Math.max(1, Math.min(Math.floor(ir.lane.size / LEAST_LANES), wanted));
}

/** Words of the workspace, [reduction, row, part]; 0 where rows stay whole. */
export function partialsOfRows(ir: KernelIR): number {
  const parts = partsOfRows(ir);
  return parts === 1 ? 0 : onlyReductions(ir)!.length * sizeOfAxes(ir.rows) * parts;
}

/** The kernel that reduces every part of every row. */
export function printRowParts(ir: KernelIR, bindings: Bindings): Body {
  const [rows, parts] = [sizeOfAxes(ir.rows), partsOfRows(ir)];
  const length = Math.ceil(ir.lane.size / parts);
  const axes = axisLines("row", ir.rows);
  const names = new Map([...axes.names, [ir.lane.id, "lane"]]);
  const varies = variesAlong(ir, new Set([ir.lane.id]));
  const known = { bindings, axes: names, reductions: [] };
  const row = newBlock();
  const inner = newBlock(row);
  const reductions = onlyReductions(ir)!;
  const updates = reductions.map((reduction, i) => {
    const value = printValue(known, inner, reduction.value, (v) => varies(v) ? inner : row);
    return `a${i} = ${combine(reduction, `a${i}`, value)};`;
  });
  const { declarations, lines, totals } = totalsOf(reductions, bindings);
  const stores = reductions.map((reduction, i) =>
    storePart(bindings, reduction, `${i * rows * parts}u + id`, totals[i]!)
  );
  return kernel([rows * parts, length], bindings, declarations, [
    `let row = id / ${parts}u;`,
    `let first = id % ${parts}u * ${length}u;`,
    ...axes.lines,
    ...row.lines,
    ...reductions.map((reduction, i) => `var a${i} = ${identity(reduction)};`),
    `let end = min(first + ${length}u, ${ir.lane.size}u);`,
    `for (var lane = first + t; lane < end; lane = lane + ${THREADS}u) {`,
    ...[...inner.lines, ...updates].map((line) => `  ${line}`),
    "}",
    ...lines,
    `if (t == 0u) { ${stores.join(" ")} }`,
  ]);
}

/** The kernel that reduces what the parts of a row have found, and stores what the row is for. */
export function printRowEnds(ir: KernelIR, bindings: Bindings): Body {
  const [rows, parts] = [sizeOfAxes(ir.rows), partsOfRows(ir)];
  const axes = axisLines("row", ir.rows);
  const reductions = onlyReductions(ir)!;
  const updates = reductions.map((reduction, i) => {
    const part = loadPart(bindings, reduction, `${i * rows * parts}u + row * ${parts}u + part`);
    return `a${i} = ${combine(reduction, `a${i}`, part)};`;
  });
  const { declarations, lines, totals } = totalsOf(reductions, bindings);
  const last = newBlock();
  const names = { bindings, axes: axes.names, reductions: totals.map((_, i) => `r${i}`) };
  printStores(names, last, ir.rowStores);
  return kernel([rows, parts], bindings, declarations, [
    "let row = id;",
    ...axes.lines,
    ...reductions.map((reduction, i) => `var a${i} = ${identity(reduction)};`),
    `for (var part = t; part < ${parts}u; part = part + ${THREADS}u) {`,
    ...updates.map((line) => `  ${line}`),
    "}",
    ...lines,
    ...reductions.map((reduction, i) => `let r${i} = ${finished(reduction, totals[i]!)};`),
    `if (t == 0u) {\n  ${last.lines.join("\n  ")}\n  }`,
  ]);
}

function kernel(
  [groups, length]: readonly [groups: number, length: number],
  bindings: Bindings,
  declarations: readonly string[],
  lines: readonly string[],
): Body {
  return {
    groups,
    turns: Math.ceil(length / THREADS),
    text: `${declarations.join("\n")}
${entry(THREADS, bindings.hasSubgroups)}
  ${groupNumber(groups)}
  ${lines.join("\n  ")}
}`,
  };
}

type Totals = {
  readonly declarations: readonly string[];
  readonly lines: readonly string[];
  readonly totals: readonly string[];
};

/** The workgroup's results of all reductions. */
function totalsOf(reductions: readonly Reduction[], { hasSubgroups }: Bindings): Totals {
  const all = reductions.map((reduction, number): Shared =>
    totalLines(reduction, number, THREADS, hasSubgroups)
  );
  return {
    declarations: all.map(({ declaration }) => declaration),
    lines: all.flatMap(({ lines }) => lines),
    totals: all.map(({ total }) => total),
  };
}
