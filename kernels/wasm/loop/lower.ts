import { bodiesOf, type LoopBody } from "../../ir/loop.ts";
import type { LoopIR } from "../../ir/types.ts";
import type { BodyProgram, LoopStep } from "../compiled.ts";
import type { Engine } from "../engine.ts";
import { type Compile, compileBody, spaceFor } from "./body.ts";

/** The programs of a loop, and the memory that it needs while it runs. */
export type LoweredLoop = {
  readonly bodies: readonly BodyProgram[];
  /** Offset of the buffers behind the arena, and bytes of both. */
  readonly space: number;
  readonly bytes: number;
};

/** Bytes at the start of a loop's buffers for the result of a test. */
export const FLAG_BYTES = 128;

/** Compiles the bodies of a loop; their turns share one arena. */
export function lowerLoop(ir: LoopIR, engine: Engine, compile: Compile): LoweredLoop {
  const bodies = bodiesOf(ir.loop).map((body) => bodyProgram(body, engine, compile));
  const space = spaceFor(Math.max(...bodies.map(({ program }) => program.plan.arena.bytes)));
  const bytes = space + FLAG_BYTES + Math.max(...bodies.map(({ buffers }) => buffers.bytes));
  return { bodies, space, bytes };
}

/** The program of a body: one for all loops of the engine that have it. */
function bodyProgram(body: LoopBody, { bodies }: Engine, compile: Compile): BodyProgram {
  const known = bodies.get(body.source) ?? new Map<string, BodyProgram>();
  bodies.set(body.source, known);
  const key = `${body.first} ${body.carry}`;
  const made = known.get(key) ?? compileBody(body, compile);
  known.set(key, made);
  return made;
}

/** The step of a lowered loop whose workspace is slot `workspace`. */
export function loopStep(
  ir: LoopIR,
  { bodies, space }: LoweredLoop,
  slotOf: (buffer: number) => number,
  workspace: number,
): LoopStep {
  const inputs = ir.inputs.map(slotOf);
  const outputs = ir.outputs.map(slotOf);
  return { kind: "loop", ir, bodies, inputs, outputs, workspace, space };
}
