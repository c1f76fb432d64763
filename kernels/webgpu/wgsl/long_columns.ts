import { sizeOfAxes } from "../../ir/structure.ts";
import type { KernelIR } from "../../ir/types.ts";
import { entry, groupNumber } from "../product/text.ts";
import type { Bindings } from "./bindings.ts";
import type { Body } from "./map.ts";
import { loadPart, onlyReductions, storePart } from "./partials.ts";
import { axisLines, newBlock, printStores, printValue } from "./print.ts";
import { combine, finished, identity, stripLines, stripMemory } from "./reduction.ts";
import { variesAlong } from "./varies.ts";

/**
 * Long columns, as gradients of biases are, leave most of a device idle where the lanes alone are
 * shared out. Parts of them have a workgroup each, which reads whole stretches of its rows; a second
 * kernel adds up what they found.
 */

/** Lanes that a workgroup reads side by side, and rows that it reads at once. */
const LANES = 32;
const STRIPS = 8;
/** Rows of a part at least, and workgroups that keep a device busy. */
const LEAST_ROWS = 64;
const MOST_GROUPS = 512;
/** Rows from which on it pays to add up in two kernels. */
const LONG = 512;
const THREADS = 64;

/** Parts of the columns; 1 where they stay whole. */
function partsOfColumns(ir: KernelIR): number {
  const rows = sizeOfAxes(ir.rows);
  if (ir.kind !== "col" || rows < LONG || !onlyReductions(ir)) return 1;
  const wanted = Math.floor(MOST_GROUPS / acrossOf(ir));
  return Math.max(1, Math.min(Math.floor(rows / LEAST_ROWS), wanted));
}

/** Words of the workspace, [reduction, part, lane]; 0 where columns stay whole. */
export function partialsOfColumns(ir: KernelIR): number {
  const parts = partsOfColumns(ir);
  return parts === 1 ? 0 : onlyReductions(ir)!.length * parts * ir.lane.size;
}

/** The kernel that reduces every part of the columns. */
export function printColumnParts(ir: KernelIR, bindings: Bindings): Body {
  const [rows, parts, across] = [sizeOfAxes(ir.rows), partsOfColumns(ir), acrossOf(ir)];
  const length = Math.ceil(rows / parts);
  const axes = axisLines("row", ir.rows);
  const names = new Map([...axes.names, [ir.lane.id, "lane"]]);
  const varies = variesAlong(ir, new Set(ir.rows.map(({ id }) => id)));
  const known = { bindings, axes: names, reductions: [] };
  const outer = newBlock();
  const inner = newBlock(outer);
  const reductions = onlyReductions(ir)!;
  const updates = reductions.map((reduction, i) => {
    const value = printValue(known, inner, reduction.value, (v) => varies(v) ? inner : outer);
    return `a${i} = ${combine(reduction, `a${i}`, value)};`;
  });
  const strips = { lanes: LANES, strips: STRIPS };
  const shared = reductions.map((reduction, i) => stripMemory(reduction, i, strips));
  const ends = reductions.flatMap((reduction, i) => [
    ...stripLines(reduction, i, "t", strips),
    storePart(
      bindings,
      reduction,
      `(${i * parts}u + part) * ${ir.lane.size}u + lane`,
      `total${i}`,
    ),
  ]);
  const groups = parts * across;
  return {
    groups,
    turns: Math.ceil(length / STRIPS),
    text: `${shared.join("\n")}
${entry(LANES * STRIPS)}
  ${groupNumber(groups)}
  let part = id / ${across}u;
  let position = id % ${across}u * ${LANES}u + t % ${LANES}u;
  let lane = min(position, ${ir.lane.size - 1}u);
  let first = part * ${length}u + t / ${LANES}u;
  let end = min(part * ${length}u + ${length}u, ${rows}u);
  ${outer.lines.join("\n  ")}
  ${reductions.map((reduction, i) => `var a${i} = ${identity(reduction)};`).join("\n  ")}
  for (var row = first; row < end; row = row + ${STRIPS}u) {
    ${[...axes.lines, ...inner.lines, ...updates].join("\n    ")}
  }
  ${reductions.map((_, i) => `shared${i}[t] = a${i};`).join("\n  ")}
  workgroupBarrier();
  if (t < ${LANES}u && position < ${ir.lane.size}u) {
    ${ends.join("\n    ")}
  }
}`,
  };
}

/** The kernel that reduces what the parts of a column have found, and stores what it is for. */
export function printColumnEnds(ir: KernelIR, bindings: Bindings): Body {
  const parts = partsOfColumns(ir);
  const reductions = onlyReductions(ir)!;
  const updates = reductions.map((reduction, i) => {
    const part = loadPart(bindings, reduction, `(${i * parts}u + part) * ${ir.lane.size}u + lane`);
    return `a${i} = ${combine(reduction, `a${i}`, part)};`;
  });
  const last = newBlock();
  const names = {
    bindings,
    axes: new Map([[ir.lane.id, "lane"]]),
    reductions: reductions.map((_, i) => `r${i}`),
  };
  printStores(names, last, ir.rowStores);
  const groups = Math.ceil(ir.lane.size / THREADS);
  return {
    groups,
    turns: parts,
    text: `${entry(THREADS)}
  ${groupNumber(groups)}
  let lane = id * ${THREADS}u + t;
  if (lane >= ${ir.lane.size}u) { return; }
  ${reductions.map((reduction, i) => `var a${i} = ${identity(reduction)};`).join("\n  ")}
  for (var part = 0u; part < ${parts}u; part = part + 1u) {
    ${updates.join("\n    ")}
  }
  ${reductions.map((reduction, i) => `let r${i} = ${finished(reduction, `a${i}`)};`).join("\n  ")}
  ${last.lines.join("\n  ")}
}`,
  };
}

/** Workgroups side by side. */
function acrossOf({ lane }: KernelIR): number {
  return Math.ceil(lane.size / LANES);
}
