import type { Graph, Program } from "../../core/mod.ts";
import { UnsupportedError } from "../../core/mod.ts";
import { bytesOf, refuseF64 } from "../../core/internal.ts";
import type { HostIR, LoopIR, Machine, Schedule } from "../ir/types.ts";
import { memoriesOf } from "../plan/memory.ts";
import { kernelsInside, reportOf } from "../plan/report.ts";
import { scheduleGraph } from "../schedule/mod.ts";
import type { Pipeline } from "./code.ts";
import type { Engine } from "./engine.ts";
import { type Compile, loopPrograms, type LoopStep, runsOnDevice } from "./loop.ts";
import { PARTIALS } from "./product/printer.ts";
import { type Item, planSlots, type SlotPlan } from "./slots.ts";
import { ELEMENTWISE } from "./wgsl/mod.ts";

/** A kernel of a program: what it binds, and the bind groups that it was run with. */
export type Dispatch = {
  readonly kind: "dispatch";
  readonly pipeline: Pipeline;
  readonly memories: readonly number[];
  readonly groups: Map<string, GPUBindGroup>;
};

/** What the host computes between kernels. */
export type HostStep = {
  readonly kind: "host";
  readonly ir: HostIR | LoopIR;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
};

/** One step of a program. */
export type Step = Dispatch | HostStep | LoopStep;

/** A program of the WebGPU backend. */
export type GpuProgram = Program & {
  readonly steps: readonly Step[];
  readonly plan: SlotPlan;
  readonly donated: readonly boolean[];
  /** Memory of every output. */
  readonly outputs: readonly number[];
};

/** What the schedule knows of a device. */
function machineOf(engine: Engine): Machine {
  return { maxBuffers: engine.device.maxBindings, elementwise: ELEMENTWISE };
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
  const steps = stepsOf(engine, schedule, numbers, workspaces);
  const plan = planSlots(memories, workspaces);
  const peak = plan.slots.reduce((sum, bytes) => sum + bytes, 0);
  return {
    report: reportOf(schedule, peak, (ir) => {
      const loop = steps.find((step) => step.kind === "loop" && step.ir === ir);
      return loop?.kind === "loop" ? kernelsInside(ir, loop) : [];
    }),
    steps,
    plan,
    donated,
    outputs: schedule.outputs.map((buffer) => numbers.get(buffer)!),
  };
}

function stepsOf(
  engine: Engine,
  { kernels, buffers }: Schedule,
  numbers: ReadonlyMap<number, number>,
  workspaces: Item[],
): Step[] {
  const { code, device } = engine;
  const compile: Compile = (graph, donated) => bodyProgram(engine, graph, donated);
  const first = 1 + Math.max(-1, ...numbers.values());
  // A workspace of its own for every product: the plan lets them share.
  const memoryOf = (buffer: number): number =>
    buffer === PARTIALS ? first + workspaces.length : numbers.get(buffer)!;
  const bytes = new Map(buffers.map(({ id, dtype, size }) => [id, bytesOf(dtype) * size]));
  return kernels.flatMap(({ ir }, at): Step[] => {
    if (ir.kind === "loop" && runsOnDevice(ir, device.readsAtOnce)) {
      const programs = loopPrograms(ir, compile);
      const inputs = ir.inputs.map(memoryOf);
      return [{ kind: "loop", ir, ...programs, inputs, outputs: ir.outputs.map(memoryOf) }];
    }
    if (ir.kind === "host" || ir.kind === "loop") {
      if (!device.readsAtOnce) throw needsWaiting(ir.primitive);
      return [{
        kind: "host",
        ir,
        inputs: ir.inputs.map(memoryOf),
        outputs: ir.outputs.map(memoryOf),
      }];
    }
    const { launches, partials } = ir.kind === "product"
      ? code.product(ir, memoryOf, (buffer) => bytes.get(buffer)!)
      : { launches: code.kernel(ir, memoryOf), partials: 0 };
    const dispatches = launches.map(({ pipeline, buffers }): Dispatch => ({
      kind: "dispatch",
      pipeline,
      memories: buffers.map(memoryOf),
      groups: new Map(),
    }));
    if (partials > 0) workspaces.push({ bytes: 4 * partials, birth: at, death: at });
    return dispatches;
  });
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

function needsWaiting(primitive: string): UnsupportedError {
  return new UnsupportedError(
    `Cannot run ${primitive} on WebGPU here: it has no kernel, and reading back needs waiting; ` +
      `call setDevice("cpu") for this computation`,
  );
}
