import { type DeviceBuffer, type Program, refuseF64 } from "../../core/mod.ts";
import type { Graph } from "../../core/mod.ts";
import type { HostIR } from "../ir/types.ts";
import { scheduleGraph } from "../schedule/mod.ts";
import { ELEMENTWISE } from "./elementwise.ts";
import type { Engine } from "./engine.ts";
import type { Block } from "./heap.ts";
import { runHost } from "./host.ts";
import { lowerKernel } from "./lower.ts";
import { lowerProduct, workspacesOf } from "./product/lower.ts";
import { type MemoryPlan, type Place, planMemory } from "./plan.ts";
import { reportOf } from "./report.ts";
import type { Step } from "./step.ts";

/** A piece of the CPU backend's memory. */
export type CpuBuffer = DeviceBuffer & { readonly block: Block };

/** A program of the CPU backend. */
export type CpuProgram = Program & {
  readonly number: number;
  readonly steps: readonly (Step | HostIR)[];
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
  const machine = { maxBuffers: 64, elementwise: ELEMENTWISE };
  const schedule = scheduleGraph(graph, donated, machine);
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
  engine.code.link();
  return {
    number: programs++,
    report: reportOf(schedule, plan.arena.bytes),
    steps,
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
  const { plan, steps } = program;
  const blocks = plan.blocks.map((bytes) => engine.heap.allocate(bytes));
  const arena = engine.reserveArena(plan.arena.bytes);
  const addressOf = (place: Place): number => {
    switch (place.kind) {
      case "input":
        return inputs[place.index]!.block.address;
      case "block":
        return blocks[place.number]!.address;
      case "arena":
        return arena + place.offset;
    }
  };
  const addresses = engine.addresses(plan.places.length);
  plan.places.forEach((place, slot) => addresses[slot] = addressOf(place));
  steps.forEach((step, i) => {
    if (step.kind === "host") {
      runHost(step, engine.heap, (buffer) => addressOf(plan.places[plan.slotOf(buffer)]!));
    } else engine.run(program.number, i, step, addresses);
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
