import { sizeOfAxes } from "../../ir/structure.ts";
import type { Axis, KernelIR } from "../../ir/types.ts";
import { entry, groupNumber } from "../product/text.ts";
import type { Bindings } from "./bindings.ts";
import { axisLines, newBlock, printStores, printValue } from "./print.ts";

const THREADS = 64;

/** A kernel's text without its declarations, its workgroups, and the turns of its loops, if any. */
export type Body = { readonly text: string; readonly groups: number; readonly turns?: number };

/** One invocation an element; those of a sequence are steps of one, or of one a segment. */
export function printMap(ir: KernelIR, bindings: Bindings): Body {
  const free = [...ir.rows, ir.lane].filter((axis) => !ir.sequence.includes(axis));
  const steps = sizeOfAxes(ir.sequence);
  const count = sizeOfAxes(free) * (ir.segment ? steps : 1);
  const groups = Math.ceil(count / THREADS);
  const print = ir.sequence.length === 0 ? printOnce : ir.segment ? printSegment : printSteps;
  return {
    groups,
    turns: ir.segment ? 0 : steps, // a segment is as long as it is
    text: `${entry(THREADS)}
  ${groupNumber(groups)}
  let element = id * ${THREADS}u + t;
  if (element >= ${count}u) { return; }
  ${print(ir, bindings, free).join("\n  ")}
}`,
  };
}

function printOnce(ir: KernelIR, bindings: Bindings, free: readonly Axis[]): readonly string[] {
  const axes = axisLines("element", free);
  const block = newBlock();
  printStores({ bindings, axes: axes.names, reductions: [] }, block, ir.stages[0]!.stores);
  return [...axes.lines, ...block.lines];
}

/** All steps, in order. */
function printSteps(ir: KernelIR, bindings: Bindings, free: readonly Axis[]): readonly string[] {
  const axes = axisLines("element", free);
  const steps = axisLines("step", ir.sequence);
  const names = { bindings, axes: new Map([...axes.names, ...steps.names]), reductions: [] };
  const block = newBlock();
  printStores(names, block, ir.stages[0]!.stores);
  return [
    ...axes.lines,
    `for (var step = 0u; step < ${sizeOfAxes(ir.sequence)}u; step = step + 1u) {`,
    ...steps.lines,
    ...block.lines,
    "}",
  ];
}

/** The steps of a segment, in order, by the invocation that finds itself at its start. */
function printSegment(ir: KernelIR, bindings: Bindings, free: readonly Axis[]): readonly string[] {
  const axes = axisLines("column", free);
  const steps = axisLines("step", ir.sequence);
  const names = { bindings, axes: new Map([...axes.names, ...steps.names]), reductions: [] };
  const block = newBlock();
  const segment = printValue(names, block, ir.segment!);
  const prefix = [...steps.lines, ...block.lines];
  const segmentAt = (step: string, name: string): string[] => [
    "{",
    `let step = ${step};`,
    ...prefix,
    `${name} = ${segment};`,
    "}",
  ];
  printStores(names, block, ir.stages[0]!.stores);
  return [
    `let first = element / ${sizeOfAxes(free)}u;`,
    `let column = element % ${sizeOfAxes(free)}u;`,
    ...axes.lines,
    "var own = 0i;",
    ...segmentAt("first", "own"),
    "if (first > 0u) {",
    "var before = 0i;",
    ...segmentAt("first - 1u", "before"),
    "if (before == own) { return; }",
    "}",
    `for (var step = first; step < ${sizeOfAxes(ir.sequence)}u; step = step + 1u) {`,
    ...prefix,
    `if (${segment} != own) { break; }`,
    ...block.lines.slice(prefix.length - steps.lines.length),
    "}",
  ];
}
