import type { KernelIR } from "../ir/types.ts";
import type { Code } from "./code.ts";
import type { KernelStep } from "./step.ts";
import { buffersOf, sizeOfAxes } from "../ir/structure.ts";

/** Elements below which a step is one task: waking a thread would cost more than it saves. */
const SMALL = 16384;
/** Most tasks of a step. */
const MAX_TASKS = 1024;

/** The step of a generated kernel. Chunks depend on its sizes alone, never on threads. */
export function lowerKernel(
  ir: KernelIR,
  code: Code,
  slotOf: (buffer: number) => number,
): KernelStep {
  const rows = sizeOfAxes(ir.rows);
  const lanes = ir.lane.size;
  const chunks = chunksOf(ir, rows, lanes);
  return {
    kind: "kernel",
    fn: code.functionOf(ir),
    slots: buffersOf(ir).map(slotOf),
    // The lanes of a col kernel run down all its rows at once.
    rows: ir.kind === "col" ? 1 : rows,
    lanes,
    ...chunks,
    tasks: Math.ceil((ir.kind === "col" ? 1 : rows) / chunks.rowChunk) *
      Math.max(1, Math.ceil(lanes / chunks.laneChunk)),
  };
}

function chunksOf(
  ir: KernelIR,
  rows: number,
  lanes: number,
): { rowChunk: number; laneChunk: number } {
  const whole = { rowChunk: Math.max(1, rows), laneChunk: Math.max(1, lanes) };
  if (rows * lanes < SMALL) return whole;
  const isOrdered = ir.sequence.length > 0;
  const splitsLanes = ir.kind === "col" || isOrdered || (ir.kind === "map" && rows < 8);
  if (!splitsLanes) {
    const rowChunk = Math.max(Math.ceil(SMALL / lanes), Math.ceil(rows / MAX_TASKS));
    return { ...whole, rowChunk };
  }
  const share = ir.kind === "map" && !isOrdered ? SMALL / rows : lanes / 16;
  return { ...whole, laneChunk: roundUp(Math.max(share, lanes / MAX_TASKS), 16) };
}

function roundUp(n: number, multiple: number): number {
  return Math.ceil(n / multiple) * multiple;
}
