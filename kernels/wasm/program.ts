import { type DeviceBuffer, type Program, refuseF64 } from "../../core/mod.ts";
import type { Graph } from "../../core/mod.ts";
import type { HostIR, Machine } from "../ir/types.ts";
import { scheduleGraph } from "../schedule/mod.ts";
import { ELEMENTWISE } from "./elementwise.ts";
import type { Engine, Runnable } from "./engine.ts";
import type { Block } from "./heap.ts";
import { runHost } from "./host.ts";
import { lowerKernel } from "./lower.ts";
import { lowerProduct, workspacesOf } from "./product/lower.ts";
import { type MemoryPlan, planMemory } from "./plan.ts";
import { reportOf } from "./report.ts";
import type { Step } from "./step.ts";

/** What the schedule knows of the CPU: kernel functions take any number of addresses. */
const MACHINE: Machine = { maxBuffers: 64, elementwise: ELEMENTWISE };

/** A piece of the CPU backend's memory. */
export type CpuBuffer = DeviceBuffer & { readonly block: Block };

/** A program of the CPU backend. */
export type CpuProgram = Program & Runnable & {
  /** By step: what the host does, where it does. */
  readonly host: readonly (HostIR | null)[];
  readonly plan: MemoryPlan;
  readonly donated: readonly boolean[];
  /** Slot of every output. */
  readonly outputs: readonly number[];
};

let programs = 0;

/** Schedules a Graph and compiles what it needs. */
export function compileProgram(
  engine: Engine,
  graph: Graph,
  donated: readonly boolean[],
): CpuProgram {
  for (const { dtype } of graph.avals) refuseF64(dtype, "cpu");
  const schedule = scheduleGraph(graph, donated, MACHINE);
  const workspaces = schedule.kernels.flatMap(({ ir }, i) =>
    ir.kind === "product" ? workspacesOf(ir, i) : []
  );
  const plan = planMemory(schedule, workspaces);
  const steps = schedule.kernels.flatMap(({ ir }, i): (Step | HostIR)[] => {
    switch (ir.kind) {
      case "host":
        return [ir];
      case "product": {
        const first = workspaces.findIndex(({ kernel }) => kernel === i);
        return lowerProduct(ir, engine.code, plan.slotOf, schedule.buffers.length + first);
      }
      default:
        return [lowerKernel(ir, engine.code, plan.slotOf)];
    }
  });
  engine.link();
  return {
    number: programs++,
    report: reportOf(schedule, plan.arena.bytes),
    steps: steps.map((step) => step.kind === "host" ? null : step),
    host: steps.map((step) => step.kind === "host" ? step : null),
    plan,
    donated,
    outputs: schedule.outputs.map(plan.slotOf),
  };
}

/** Runs a program; the buffers of its outputs. Donated inputs that no output took over are freed. */
export function executeProgram(
  engine: Engine,
  program: CpuProgram,
  inputs: readonly CpuBuffer[],
): CpuBuffer[] {
  const { plan, host } = program;
  const blocks = plan.blocks.map((bytes) => engine.heap.allocate(bytes));
  const arena = engine.reserveArena(plan.arena.bytes);
  const addresses = plan.places.map((place) => {
    switch (place.kind) {
      case "input":
        return inputs[place.index]!.block.address;
      case "block":
        return blocks[place.number]!.address;
      case "arena":
        return arena + place.offset;
    }
  });
  engine.run(program, addresses, (at) => {
    runHost(host[at]!, engine.heap, (buffer) => addresses[plan.slotOf(buffer)]!);
  });
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
