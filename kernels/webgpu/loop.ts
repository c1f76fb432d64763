import type { Graph, KernelReport } from "../../core/mod.ts";
import { bytesOf, sizeOf } from "../../core/internal.ts";
import { type HoistedLoop, hoistLoop } from "../ir/hoist.ts";
import { bodiesOf, bodyOf, type LoopBody } from "../ir/loop.ts";
import type { LoopIR } from "../ir/types.ts";
import type { GpuProgram } from "./program.ts";

/** A body of a loop as a program. */
export type BodyProgram = { readonly body: LoopBody; readonly program: GpuProgram };

/** A loop as a step of a program; operands and results by memory. */
export type LoopStep = {
  readonly kind: "loop";
  readonly ir: LoopIR;
  readonly kernel: KernelReport;
  readonly hoisted: HoistedLoop;
  /** What runs once, before the first turn. */
  readonly before: BodyProgram | null;
  readonly bodies: readonly BodyProgram[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
};

/** Compiles a Graph with inputs that may be overwritten. */
export type Compile = (graph: Graph, donated: readonly boolean[]) => GpuProgram;

/** Whether a loop runs on the device, where slices are copied as whole words. */
export function runsOnDevice({ loop, inputTypes, outputTypes }: LoopIR): boolean {
  if (loop.kind !== "scan") return true;
  const { consts, carry, length } = loop;
  const stacks = [...inputTypes.slice(consts + carry), ...outputTypes.slice(carry)];
  return length === 0 ||
    stacks.every(({ dtype, shape }) => bytesOf(dtype) * sizeOf(shape) / length % 4 === 0);
}

/** The programs of a loop. */
export function loopPrograms(
  { loop }: LoopIR,
  compile: Compile,
): Pick<LoopStep, "hoisted" | "before" | "bodies"> {
  const hoisted = hoistLoop(loop);
  const programOf = (body: LoopBody): BodyProgram => ({
    body,
    program: compile(body.graph, body.donated),
  });
  const before = hoisted.before && programOf(bodyOf(hoisted.before, 0, 0));
  return { hoisted, before, bodies: bodiesOf(hoisted.loop).map(programOf) };
}
