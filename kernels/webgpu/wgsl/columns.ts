import type { KernelIR, Value } from "../../ir/types.ts";
import { entry, groupNumber } from "../product/text.ts";
import type { Bindings } from "./bindings.ts";
import type { Body } from "./map.ts";
import { axisLines, type Block, newBlock, printStores, printValue } from "./print.ts";
import { combine, finished, identity } from "./reduction.ts";
import { registerOf } from "./scalar.ts";
import { variesAlong } from "./varies.ts";

/** Invocations of a workgroup. */
const THREADS = 64;
/** Rows from which on several invocations share a lane. */
const TALL = 64;

/**
 * An invocation for each lane runs down the rows; where those are many, sixteen of them share a lane
 * and their parts are added up in workgroup memory, first to last.
 */
export function printColumns(ir: KernelIR, bindings: Bindings): Body {
  const rows = ir.rows.reduce((product, axis) => product * axis.size, 1);
  const isPlain = ir.stages.every((stage) => stage.stores.length === 0) && ir.sequence.length === 0;
  const strips = rows >= TALL && isPlain ? 16 : 1;
  const lanes = THREADS / strips;
  const groups = Math.ceil(ir.lane.size / lanes);
  const axes = axisLines("row", ir.rows);
  const names = new Map([...axes.names, [ir.lane.id, "lane"]]);
  const varies = variesAlong(ir, new Set(ir.rows.map((axis) => axis.id)));
  const outer = newBlock();
  const reductions: string[] = [];
  const shared: string[] = [];
  for (const stage of ir.stages) {
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
      `for (var row = strip; row < ${rows}u; row = row + ${strips}u) {`,
      ...[...axes.lines, ...inner.lines, ...updates].map((line) => `  ${line}`),
      "}",
    );
    stage.reductions.forEach((reduction, i) => {
      const number = first + i;
      let total = `a${number}`;
      if (strips > 1) {
        const array = `shared${number}`;
        const type = registerOf(reduction.value.dtype);
        shared.push(`var<workgroup> ${array}: array<${type}, ${THREADS}>;`);
        outer.lines.push(`${array}[t] = a${number};`, "workgroupBarrier();");
        outer.lines.push(`var total${number} = ${array}[t % ${lanes}u];`);
        for (let strip = 1; strip < strips; strip++) {
          const part = `${array}[t % ${lanes}u + ${strip * lanes}u]`;
          outer.lines.push(`total${number} = ${combine(reduction, `total${number}`, part)};`);
        }
        total = `total${number}`;
      }
      outer.lines.push(`let r${number} = ${finished(reduction, total)};`);
      reductions.push(`r${number}`);
    });
  }
  const last = newBlock(outer);
  printStores({ bindings, axes: names, reductions }, last, ir.rowStores);
  const isOwner = strips > 1 ? `strip == 0u && position < ${ir.lane.size}u` : "true";
  return {
    groups,
    turns: ir.stages.length * Math.ceil(rows / strips),
    text: `${shared.join("\n")}
${entry(THREADS)}
  ${groupNumber(groups)}
  let position = id * ${lanes}u + t % ${lanes}u;
  let strip = t / ${lanes}u;
  ${
      strips > 1
        ? `let lane = min(position, ${ir.lane.size - 1}u);`
        : `if (position >= ${ir.lane.size}u) { return; }\n  let lane = position;`
    }
  ${outer.lines.join("\n  ")}
  if (${isOwner}) {
  ${last.lines.join("\n  ")}
  }
}`,
  };
}
