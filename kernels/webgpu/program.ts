import type { Graph } from "../../core/mod.ts";
import { refuseF64 } from "../../core/internal.ts";
import type { AttentionCall } from "../ir/attention.ts";
import type { HostIR, LoopIR, Machine, Schedule, StepIR } from "../ir/types.ts";
import { bindingsFor, bytesOfAval } from "../plan/bytes.ts";
import { memoriesOf } from "../plan/memory.ts";
import { kernelsInside, reportKernel, reportOf } from "../plan/report.ts";
import { scheduleGraph } from "../schedule/mod.ts";
import { attends } from "./attention/mod.ts";
import type { Code, Launches } from "./code.ts";
import type { Dispatch, GpuProgram, Step } from "./compiled.ts";
import type { Engine } from "./engine.ts";
import { type Compile, loopPrograms, runsOnDevice } from "./loop.ts";
import { PARTIALS } from "./product/printer.ts";
import type { BytesOf } from "./product/trial.ts";
import { type Item, planSlots } from "./slots.ts";
import { firstTooLarge } from "./too_large.ts";
import { ELEMENTWISE, type MemoryOf } from "./wgsl/mod.ts";

/** What the schedule knows of a device. */
function machineOf(engine: Engine): Machine {
  const { maxBindings, windowBytes } = engine.device;
  return {
    maxBuffers: maxBindings,
    bindingBytes: windowBytes,
    elementwise: ELEMENTWISE,
    segments: true,
    attends: (call) => attends(call, maxBindings - windowsBeyond(call, windowBytes)),
  };
}

/** Bindings that an attention takes beyond one an array, at most: each may have a gradient. */
function windowsBeyond({ inputTypes }: AttentionCall, windowBytes: number): number {
  const beyond = inputTypes.map((aval) => bindingsFor(bytesOfAval(aval), windowBytes) - 1);
  return 2 * beyond.reduce((sum, count) => sum + count, 0);
}

/** Schedules a Graph and compiles the kernels that are new. */
export function compileProgram(
  engine: Engine,
  graph: Graph,
  donated: readonly boolean[],
): GpuProgram {
  for (const { dtype } of graph.avals) refuseF64(dtype, "webgpu");
  const schedule = scheduleGraph(graph, donated, machineOf(engine));
  const memories = memoriesOf(schedule);
  const numbers = new Map(
    memories.flatMap(({ members }, i) => members.map((at) => [schedule.buffers[at]!.id, i])),
  );
  const workspaces: Item[] = [];
  const bytesOfMemory = (buffer: number): number => memories[numbers.get(buffer)!]!.bytes;
  const refusal = firstTooLarge(schedule.buffers, graph, engine.device.maxBytes);
  const steps = refusal ? [] : stepsOf(engine, schedule, numbers, bytesOfMemory, workspaces);
  const plan = planSlots(memories, workspaces);
  const peak = plan.slots.reduce((sum, bytes) => sum + bytes, 0);
  return {
    report: reportOf(schedule, peak, (ir) => {
      const loop = steps.find((step) => step.kind === "loop" && step.ir === ir);
      return loop?.kind === "loop" ? kernelsInside(ir, loop) : [];
    }),
    graph,
    gpu: engine.device.gpu,
    steps,
    plan,
    donated,
    outputs: schedule.outputs.map((buffer) => numbers.get(buffer)!),
    asks: steps.some(asksHost),
    refusal: refusal ?? firstRefusal(steps),
  };
}

function firstRefusal(steps: readonly Step[]): RangeError | null {
  for (const step of steps) {
    for (const at of step.kind === "loop" ? [step.before, ...step.bodies] : []) {
      if (at?.program.refusal) return at.program.refusal;
    }
  }
  return null;
}

function asksHost(step: Step): boolean {
  switch (step.kind) {
    case "dispatch":
      return false;
    case "host":
      return true;
    case "loop":
      return step.ir.loop.kind !== "scan" ||
        [step.before, ...step.bodies].some((at) => at?.program.asks);
  }
}

function stepsOf(
  engine: Engine,
  { kernels }: Schedule,
  numbers: ReadonlyMap<number, number>,
  bytesOf: BytesOf,
  workspaces: Item[],
): Step[] {
  const { code } = engine;
  const compile: Compile = (graph, donated) => bodyProgram(engine, graph, donated);
  const first = 1 + Math.max(-1, ...numbers.values());
  // A workspace of its own for every product: the plan lets them share.
  const memoryOf = (buffer: number): number =>
    buffer === PARTIALS ? first + workspaces.length : numbers.get(buffer)!;
  return kernels.flatMap((scheduled, at): Step[] => {
    const { ir } = scheduled;
    const kernel = reportKernel(scheduled);
    if (ir.kind === "host" || ir.kind === "loop") {
      const ends = { inputs: ir.inputs.map(memoryOf), outputs: ir.outputs.map(memoryOf) };
      return ir.kind === "loop" && runsOnDevice(ir)
        ? [{ kind: "loop", ir, kernel, ...loopPrograms(ir, compile), ...ends }]
        : [{ kind: "host", ir, kernel, ...ends }];
    }
    const { launches, partials } = launchesOf(code, ir, memoryOf, bytesOf);
    const dispatches = launches.map(({ pipeline, bound }, i): Dispatch => ({
      kind: "dispatch",
      pipeline,
      kernel: i === 0 ? kernel : null,
      memories: bound.map(({ buffer }) => memoryOf(buffer)),
      windows: bound.map(({ window }) => window),
      groups: new Map(),
    }));
    if (partials > 0) workspaces.push({ bytes: 4 * partials, birth: at, death: at });
    return dispatches;
  });
}

function launchesOf(
  code: Code,
  ir: Exclude<StepIR, HostIR | LoopIR>,
  memoryOf: MemoryOf,
  bytesOf: BytesOf,
): Launches {
  switch (ir.kind) {
    case "attention":
      return code.attention(ir, memoryOf, bytesOf);
    case "product":
      return code.product(ir, memoryOf, bytesOf);
    default:
      return code.kernel(ir, memoryOf, bytesOf);
  }
}

/** The program of a loop's body: one for all loops of the engine that have it. */
function bodyProgram(engine: Engine, graph: Graph, donated: readonly boolean[]): GpuProgram {
  const key = donated.map(Number).join("");
  const known = engine.bodies.get(graph) ?? new Map<string, GpuProgram>();
  engine.bodies.set(graph, known);
  const made = known.get(key) ?? compileProgram(engine, graph, donated);
  known.set(key, made);
  return made;
}
