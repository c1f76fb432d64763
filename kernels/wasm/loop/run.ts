import { type Aval, widen } from "../../../core/mod.ts";
import type { LoopStep } from "../compiled.ts";
import type { Heap } from "../heap.ts";
import { viewAt } from "../host.ts";
import { runBranch } from "./cond.ts";
import { FLAG_BYTES } from "./lower.ts";
import { runScan } from "./scan.ts";
import { placeArena, type Surroundings } from "./turn.ts";
import { runWhile } from "./while.ts";

/** Runs a loop: its programs by `run`, in the memory of the step. Allocates nothing. */
export function runLoop(
  { ir, bodies, inputs, outputs, workspace, space }: LoopStep,
  heap: Heap,
  addresses: ArrayLike<number>,
  run: Surroundings["run"],
): void {
  const addressOf = (slot: number): number => addresses[slot]! >>> 0;
  const around: Surroundings = {
    bytes: heap.bytes,
    run,
    inputs: inputs.map(addressOf),
    outputs: outputs.map(addressOf),
  };
  const arena = addressOf(workspace);
  const flag = arena + space;
  for (const body of bodies) placeArena(body, arena);
  switch (ir.loop.kind) {
    case "scan":
      return runScan(ir.loop, bodies[0]!, around, flag + FLAG_BYTES);
    case "cond": {
      const chosen = numberAt(heap, around.inputs[0]!, ir.inputTypes[0]!);
      const branch = Math.min(Math.max(chosen, 0), bodies.length - 1);
      return runBranch(bodies[branch]!, around);
    }
    case "while":
      return runWhile(ir.loop, [bodies[0]!, bodies[1]!], around, [flag, flag + FLAG_BYTES]);
  }
}

function numberAt(heap: Heap, address: number, aval: Aval): number {
  return widen(viewAt(heap, address, aval), aval).data[0]!;
}
