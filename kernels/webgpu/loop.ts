import type { Graph } from "../../core/mod.ts";
import { loopParts } from "../ir/hoist.ts";
import type { LoopIR } from "../ir/types.ts";
import { bytesOfAval } from "../plan/bytes.ts";
import type { GpuProgram, LoopStep } from "./compiled.ts";

/** Compiles a Graph with inputs that may be overwritten. */
export type Compile = (graph: Graph, donated: readonly boolean[]) => GpuProgram;

/** Whether a loop runs on the device, where slices are copied as whole words. */
export function runsOnDevice({ loop, inputTypes, outputTypes }: LoopIR): boolean {
  if (loop.kind !== "scan") return true;
  const { consts, carry, length } = loop;
  const stacks = [...inputTypes.slice(consts + carry), ...outputTypes.slice(carry)];
  return length === 0 ||
    stacks.every((aval) => bytesOfAval(aval) / length % 4 === 0);
}

/** The programs of a loop. */
export function loopPrograms(
  { loop }: LoopIR,
  compile: Compile,
): Pick<LoopStep, "hoisted" | "before" | "bodies"> {
  return loopParts(loop, (body) => ({ body, program: compile(body.graph, body.donated) }));
}
