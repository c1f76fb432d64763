import type { DeviceBuffer, Graph, KernelReport } from "../../core/mod.ts";
import { refuseF64 } from "../../core/internal.ts";
import type { HostIR, LoopIR, Machine } from "../ir/types.ts";
import { kernelsInside, reportKernel, reportOf } from "../plan/report.ts";
import { scheduleGraph } from "../schedule/mod.ts";
import { attends, lowerAttention } from "./attention/lower.ts";
import type { CpuProgram, LoopPrograms, LoopStep } from "./compiled.ts";
import { ELEMENTWISE } from "./elementwise.ts";
import type { Engine } from "./engine.ts";
import { runProgram } from "./execute.ts";
import type { Block } from "./heap.ts";
import { lowerKernel } from "./lower.ts";
import type { Compile } from "./loop/body.ts";
import { loopStep, lowerLoop } from "./loop/lower.ts";
import { planMemory, type Workspace } from "./plan.ts";
import { lowerProduct, workspacesOf } from "./product/lower.ts";
import type { Step } from "./step.ts";

export type { CpuProgram } from "./compiled.ts";

/** What the schedule knows of the CPU: kernel functions take any number of addresses. */
export const MACHINE: Machine = {
  maxBuffers: 64,
  elementwise: ELEMENTWISE,
  native: new Set(["sort"]),
  rowProducts: true,
  attends,
};

/** A piece of the CPU backend's memory. */
export type CpuBuffer = DeviceBuffer & { readonly block: Block };

let programs = 0;

/** Schedules a Graph and compiles what it needs. */
export function compileProgram(
  engine: Engine,
  graph: Graph,
  donated: readonly boolean[],
): CpuProgram {
  const program = lowerProgram(engine, graph, donated);
  engine.link();
  return program;
}

/** A program, and those of its loops, whose code is not linked yet. */
function lowerProgram(engine: Engine, graph: Graph, donated: readonly boolean[]): CpuProgram {
  for (const { dtype } of graph.avals) refuseF64(dtype, "cpu");
  const schedule = scheduleGraph(graph, donated, MACHINE);
  const compile: Compile = (graph, donated) => lowerProgram(engine, graph, donated);
  const loops = new Map<LoopIR, LoopPrograms>();
  const workspaces = schedule.kernels.flatMap(({ ir }, kernel): readonly Workspace[] => {
    if (ir.kind === "product") return workspacesOf(ir, kernel);
    if (ir.kind !== "loop") return [];
    const loop = lowerLoop(ir, engine, compile);
    loops.set(ir, loop);
    return [{ kernel, bytes: loop.bytes }];
  });
  const plan = planMemory(schedule, workspaces);
  const lowered = schedule.kernels.map(({ ir }, i): (Step | HostIR | LoopStep)[] => {
    const workspace = schedule.buffers.length + workspaces.findIndex(({ kernel }) => kernel === i);
    switch (ir.kind) {
      case "host":
        return [ir];
      case "loop":
        return [loopStep(ir, loops.get(ir)!, plan.slotOf, workspace)];
      case "product":
        return lowerProduct(ir, engine.code, plan.slotOf, workspace);
      case "attention":
        return lowerAttention(ir, plan.slotOf);
      default:
        return [lowerKernel(ir, engine.code, plan.slotOf)];
    }
  });
  const steps = lowered.flat();
  return {
    number: programs++,
    report: reportOf(schedule, plan.arena.bytes, (ir) => kernelsInside(ir, loops.get(ir)!)),
    steps: steps.map((step) => isAlone(step) ? null : step),
    kernelOf: schedule.kernels.flatMap((kernel, i) => {
      return new Array<KernelReport>(lowered[i]!.length).fill(reportKernel(kernel));
    }),
    alone: steps.map((step) => isAlone(step) ? step : null),
    plan,
    donated,
    outputs: schedule.outputs.map(plan.slotOf),
  };
}

function isAlone(step: Step | HostIR | LoopStep): step is HostIR | LoopStep {
  return step.kind === "host" || step.kind === "loop";
}

/** Runs a program; the buffers of its outputs. Donated inputs that no output took over are freed. */
export function executeProgram(
  engine: Engine,
  program: CpuProgram,
  inputs: readonly CpuBuffer[],
): CpuBuffer[] {
  const { plan } = program;
  const blocks = plan.blocks.map((bytes) => engine.heap.allocate(bytes));
  const arena = engine.reserveArena(plan.arena.bytes);
  const addresses = Int32Array.from(plan.places, (place) => {
    switch (place.kind) {
      case "input":
        return inputs[place.index]!.block.address;
      case "block":
        return blocks[place.number]!.address;
      case "arena":
        return arena + place.offset;
    }
  });
  runProgram(engine, program, addresses);
  return collect(engine, program, inputs, blocks);
}

function collect(
  engine: Engine,
  { plan, outputs, donated }: CpuProgram,
  inputs: readonly CpuBuffer[],
  blocks: readonly Block[],
): CpuBuffer[] {
  const taken = new Set<number>();
  const results = outputs.map((slot): CpuBuffer => {
    const place = plan.places[slot]!;
    if (place.kind === "input") {
      taken.add(place.index);
      return inputs[place.index]!;
    }
    if (place.kind === "arena") throw new Error("Cannot return a value of the arena");
    const block = blocks[place.number]!;
    engine.count(block.bytes, 1);
    return { bytes: block.bytes, block };
  });
  inputs.forEach((buffer, i) => {
    if (!donated[i] || taken.has(i)) return;
    engine.heap.free(buffer.block);
    engine.count(-buffer.bytes, -1);
  });
  return results;
}
