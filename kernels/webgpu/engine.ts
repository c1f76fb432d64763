import type { Graph } from "../../core/mod.ts";
import { type Code, newCode } from "./code.ts";
import type { GpuProgram } from "./compiled.ts";
import { type Device, openDevice } from "./device.ts";
import { type Health, newHealth } from "./health.ts";
import { type Line, newLine } from "./line.ts";
import { type Memory, newMemory } from "./memory.ts";
import { newReader, type Reader } from "./read.ts";
import { gpuProvider } from "./provider.ts";
import { newSlots, type Slots } from "./slot_buffers.ts";

/** The parts of the WebGPU backend that its programs share. */
export type Engine = {
  readonly device: Device;
  readonly health: Health;
  readonly memory: Memory;
  readonly code: Code;
  readonly reader: Reader;
  readonly slots: Slots;
  /** Programs of a device that was lost, compiled again. */
  readonly renewed: WeakMap<GpuProgram, GpuProgram>;
  /** Programs that wait for the host. */
  readonly line: Line;
  /** The programs of loops, by their bodies and what may be overwritten. */
  readonly bodies: WeakMap<Graph, Map<string, GpuProgram>>;
  /** Submits commands, and counts. */
  readonly submit: (encoder: GPUCommandEncoder) => void;
  readonly submits: () => number;
};

/** Opens the device. */
export async function newEngine(): Promise<Engine> {
  const device = await openDevice(gpuProvider());
  const health: Health = newHealth(device.gpu, {
    describe: () => memory.describe(),
    shed: (failed) => memory.shed(failed),
  });
  const memory: Memory = newMemory(device, health);
  const reader = newReader(device.gpu);
  let count = 0;
  return {
    device,
    health,
    memory,
    code: newCode(device, reader),
    reader,
    slots: newSlots(memory),
    line: newLine(),
    bodies: new WeakMap(),
    renewed: new WeakMap(),
    submit: (encoder) => {
      device.gpu.queue.submit([encoder.finish()]);
      memory.submitted();
      count++;
    },
    submits: () => count,
  };
}
