import { loopWord, timeline } from "../../core/internal.ts";
import { answerAtOnce, answerLater, type Asking } from "./asking.ts";
import type { Dispatch, GpuProgram } from "./compiled.ts";
import type { Device } from "./device.ts";
import type { Engine } from "./engine.ts";
import { requireOwn } from "./health.ts";
import { runHost } from "./host.ts";
import type { GpuPiece, Memory } from "./memory.ts";
import { compileProgram } from "./program.ts";
import { newRecorder } from "./recorder.ts";
import type { Run } from "./run.ts";
import { runLoop } from "./run_loop.ts";
import { watchDevice } from "./timestamps.ts";
import { windowOf } from "./wgsl/mod.ts";

/** Bind groups that a kernel keeps, for the buffers that it was run with last. */
const KEPT_GROUPS = 8;

/**
 * Runs a program: one encoder, one pass and one submit, unless the host has to see something in
 * between. Where that has to be waited for, the program stands in line, and its results are memory
 * that it is going to fill. Donated inputs that no output took over are freed.
 */
export function executeProgram(
  engine: Engine,
  given: GpuProgram,
  inputs: readonly GpuPiece[],
): GpuPiece[] {
  const { device: { gpu, readsAtOnce }, health, line, memory, reader } = engine;
  health.check();
  requireOwn(gpu, inputs);
  line.check(inputs);
  const program = programFor(engine, given);
  if (program.refusal) throw program.refusal;
  const newRun = (): Run => {
    const recorder = newRecorder(gpu, engine.submit, watchDevice(engine));
    return { engine, recorder, depth: 0 };
  };
  if (line.isEmpty() && (readsAtOnce || !program.asks)) {
    const run = newRun();
    const results = answerAtOnce(runProgram(run, program, inputs), reader);
    run.recorder.flush();
    return results;
  }
  const placed = placeEnds(memory, program, inputs);
  const results = resultsOf(program, placed);
  const work = async (): Promise<void> => {
    health.check();
    const run = newRun();
    await answerLater(runSteps(run, program, inputs, placed), reader);
    run.recorder.flush();
  };
  line.add({ run: work, inputs, results });
  return results;
}

/** A program as it is, or compiled again if its device was lost. */
function programFor(engine: Engine, program: GpuProgram): GpuProgram {
  if (program.gpu === engine.device.gpu) return program;
  const known = engine.renewed.get(program);
  if (known) return known;
  const made = compileProgram(engine, program.graph, program.donated);
  engine.renewed.set(program, made);
  return made;
}

/** Runs a program inside a call; nothing is kept of one that fails. */
function* runProgram(
  run: Run,
  program: GpuProgram,
  inputs: readonly GpuPiece[],
): Asking<GpuPiece[]> {
  const { memory } = run.engine;
  const placed = placeEnds(memory, program, inputs);
  try {
    yield* runSteps(run, program, inputs, placed);
  } catch (error) {
    freeOutputs(memory, program, placed);
    throw error;
  }
  return resultsOf(program, placed);
}

/** Records a program, and the loops in it, whose programs keep their own values elsewhere. */
function* runSteps(
  run: Run,
  program: GpuProgram,
  inputs: readonly GpuPiece[],
  placed: readonly Placed[],
): Asking<void> {
  const { memory, device, slots } = run.engine;
  const shared = slots.reserve(program.plan.slots, run.depth);
  const pieces = program.plan.places.map((place, i) =>
    place.kind === "slot" ? shared[place.number]! : placed[i]!
  );
  const inside: Run = { ...run, depth: run.depth + 1 };
  const profiled = timeline();
  for (const step of program.steps) {
    switch (step.kind) {
      case "dispatch": {
        const { pipeline, groups } = step.pipeline;
        const group = bindGroupOf(device, step, pieces);
        run.recorder.dispatch(pipeline, group, groups, step.kernel);
        break;
      }
      case "host":
        yield* runHost(run, step, pieces);
        break;
      case "loop":
        profiled?.loops.push(loopWord(step.kernel));
        yield* runLoop(inside, step, pieces, (at, xs) => runProgram(inside, at.program, xs));
        profiled?.loops.pop();
    }
  }
  const taken = new Set(resultsOf(program, placed));
  inputs.forEach((piece, i) => {
    if (program.donated[i] && !taken.has(piece)) memory.free(piece);
  });
}

/** The piece of a memory of a program; null while it is a slot, which belongs to whatever runs. */
type Placed = GpuPiece | null;

/** The pieces of inputs and outputs, by memory; none is allocated where one does not fit. */
function placeEnds(memory: Memory, program: GpuProgram, inputs: readonly GpuPiece[]): Placed[] {
  const placed: Placed[] = [];
  try {
    for (const place of program.plan.places) {
      if (place.kind === "output") placed.push(memory.allocate(place.bytes));
      else placed.push(place.kind === "input" ? inputs[place.index]! : null);
    }
  } catch (error) {
    freeOutputs(memory, program, placed);
    throw error;
  }
  return placed;
}

function freeOutputs(memory: Memory, program: GpuProgram, placed: readonly Placed[]): void {
  placed.forEach((piece, i) => {
    if (piece && program.plan.places[i]!.kind === "output") memory.free(piece);
  });
}

function resultsOf({ outputs }: GpuProgram, placed: readonly Placed[]): GpuPiece[] {
  return outputs.map((memory) => placed[memory]!);
}

function bindGroupOf(
  device: Device,
  { pipeline: { layout }, memories, windows, groups }: Dispatch,
  pieces: readonly GpuPiece[],
): GPUBindGroup {
  let key = "";
  for (const memory of memories) key += `${pieces[memory]!.id} `;
  const known = groups.get(key);
  if (known) return known;
  const entries = memories.map((memory, binding) => ({
    binding,
    resource: windowOf(pieces[memory]!.buffer, windows[binding]!, device),
  }));
  const made = device.gpu.createBindGroup({ layout, entries });
  if (groups.size >= KEPT_GROUPS) groups.delete(groups.keys().next().value!);
  groups.set(key, made);
  return made;
}
