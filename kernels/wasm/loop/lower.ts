import { loopParts } from "../../ir/hoist.ts";
import type { LoopBody } from "../../ir/loop.ts";
import type { LoopIR } from "../../ir/types.ts";
import type { BodyProgram, LoopPrograms, LoopStep } from "../compiled.ts";
import type { Engine } from "../engine.ts";
import { type Compile, compileBody, spaceFor } from "./body.ts";

/** Bytes for the result of a test. */
const FLAG_BYTES = 64;

/** Compiles the programs of a loop and plans its workspace. */
export function lowerLoop(ir: LoopIR, engine: Engine, compile: Compile): LoopPrograms {
  const { hoisted, before, bodies } = loopParts(
    ir.loop,
    (body) => bodyProgram(body, engine, compile),
  );
  const programs = before ? [before, ...bodies] : bodies;
  let bytes = 0;
  const take = (size: number): number => {
    const offset = bytes;
    bytes += spaceFor(size);
    return offset;
  };
  take(Math.max(...programs.map(({ program }) => program.plan.arena.bytes)));
  const flag = take(FLAG_BYTES);
  const kept = before ? before.program.plan.blocks.map(take) : [];
  const space = take(Math.max(...bodies.map(({ buffers }) => buffers.bytes)));
  return { hoisted, before, kept, bodies, flag, space, bytes };
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

/** The step of a loop whose workspace is slot `workspace`. */
export function loopStep(
  ir: LoopIR,
  programs: LoopPrograms,
  slotOf: (buffer: number) => number,
  workspace: number,
): LoopStep {
  const inputs = ir.inputs.map(slotOf);
  const outputs = ir.outputs.map(slotOf);
  return { ...programs, kind: "loop", ir, inputs, outputs, workspace };
}
