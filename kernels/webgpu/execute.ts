import type { Engine } from "./engine.ts";
import type { GpuPiece } from "./memory.ts";
import type { Dispatch, GpuProgram } from "./program.ts";
import { runHost } from "./host.ts";
import { newRecorder } from "./recorder.ts";
import type { Run } from "./run.ts";
import { runLoop } from "./run_loop.ts";

/** Bind groups that a kernel keeps, for the buffers that it was run with last. */
const KEPT_GROUPS = 8;

/**
 * Runs a program: one encoder, one pass and one submit, unless the host computes in between.
 * Donated inputs that no output took over are freed.
 */
export function executeProgram(
  engine: Engine,
  program: GpuProgram,
  inputs: readonly GpuPiece[],
): GpuPiece[] {
  engine.health.check();
  const recorder = newRecorder(engine.device.gpu, engine.submit);
  const results = runProgram({ engine, recorder, depth: 0 }, program, inputs);
  recorder.flush();
  return results;
}

/** Records a program, and the loops in it, whose programs keep their own values elsewhere. */
function runProgram(run: Run, program: GpuProgram, inputs: readonly GpuPiece[]): GpuPiece[] {
  const { memory, device } = run.engine;
  const { outputs, donated } = program;
  const pieces = piecesOf(run, program, inputs);
  const inside: Run = { ...run, depth: run.depth + 1 };
  for (const step of program.steps) {
    switch (step.kind) {
      case "dispatch": {
        const { pipeline, groups } = step.pipeline;
        run.recorder.dispatch(pipeline, bindGroupOf(device.gpu, step, pieces), groups);
        break;
      }
      case "host":
        runHost(run, step, pieces);
        break;
      case "loop":
        runLoop(inside, step, pieces, (at, operands) => runProgram(inside, at.program, operands));
    }
  }
  const results = outputs.map((memory) => pieces[memory]!);
  const taken = new Set(results);
  inputs.forEach((piece, i) => {
    if (donated[i] && !taken.has(piece)) memory.free(piece);
  });
  return results;
}

/** The pieces of a program's memories; none is kept where one does not fit. */
function piecesOf(
  { engine: { memory, slots }, depth }: Run,
  { plan }: GpuProgram,
  inputs: readonly GpuPiece[],
): GpuPiece[] {
  const made: GpuPiece[] = [];
  try {
    const shared = slots.reserve(plan.slots, depth);
    return plan.places.map((place): GpuPiece => {
      switch (place.kind) {
        case "input":
          return inputs[place.index]!;
        case "slot":
          return shared[place.number]!;
        case "output": {
          const piece = memory.allocate(place.bytes);
          made.push(piece);
          return piece;
        }
      }
    });
  } catch (error) {
    for (const piece of made) memory.free(piece);
    throw error;
  }
}

function bindGroupOf(
  gpu: GPUDevice,
  { pipeline: { layout }, memories, groups }: Dispatch,
  pieces: readonly GpuPiece[],
): GPUBindGroup {
  let key = "";
  for (const memory of memories) key += `${pieces[memory]!.id} `;
  const known = groups.get(key);
  if (known) return known;
  const entries = memories.map((memory, binding) => ({
    binding,
    resource: { buffer: pieces[memory]!.buffer },
  }));
  const made = gpu.createBindGroup({ layout, entries });
  if (groups.size >= KEPT_GROUPS) groups.delete(groups.keys().next().value!);
  groups.set(key, made);
  return made;
}
