import type { Aval } from "../../../core/mod.ts";
import { widen } from "../../../core/internal.ts";
import { branchOf } from "../../ir/loop.ts";
import type { LoopStep } from "../compiled.ts";
import type { Heap } from "../heap.ts";
import { viewAt } from "../host.ts";
import { runBranch } from "./cond.ts";
import { runScan } from "./scan.ts";
import { placeArena, placeBlock, placeInput, resultAt, type Surroundings } from "./turn.ts";
import { runWhile } from "./while.ts";

/** Runs a loop: its programs by `run`, in the memory of the step. Allocates nothing. */
export function runLoop(
  step: LoopStep,
  heap: Heap,
  addresses: ArrayLike<number>,
  run: Surroundings["run"],
): void {
  const { ir, hoisted: { loop }, before, bodies } = step;
  const addressOf = (slot: number): number => addresses[slot]! >>> 0;
  const workspace = addressOf(step.workspace);
  for (const body of before ? [before, ...bodies] : bodies) placeArena(body, workspace);
  const given: Surroundings = {
    bytes: heap.bytes,
    run,
    inputs: step.inputs.map(addressOf),
    outputs: step.outputs.map(addressOf),
  };
  const around = { ...given, inputs: withHoisted(step, given, workspace) };
  const space = workspace + step.space;
  switch (loop.kind) {
    case "scan":
      return runScan(loop, bodies[0]!, around, space);
    case "cond": {
      const chosen = numberAt(heap, around.inputs[0]!, ir.inputTypes[0]!);
      return runBranch(branchOf(bodies, chosen), around);
    }
    case "while":
      return runWhile(loop, [bodies[0]!, bodies[1]!], around, [workspace + step.flag, space]);
  }
}

/** The operands of a loop with what is computed before it among the constants. */
function withHoisted(
  { before, kept, hoisted: { first, end } }: LoopStep,
  { inputs, run }: Surroundings,
  workspace: number,
): readonly number[] {
  if (!before) return inputs;
  inputs.slice(first, end).forEach((address, i) => placeInput(before, i, address));
  kept.forEach((offset, block) => placeBlock(before, block, workspace + offset));
  run(before.program, before.addresses);
  const results = before.body.results.map((_, i) => resultAt(before, i));
  return [...inputs.slice(0, end), ...results, ...inputs.slice(end)];
}

function numberAt(heap: Heap, address: number, aval: Aval): number {
  return widen(viewAt(heap, address, aval), aval).data[0]!;
}
