import { environment } from "../../../core/internal.ts";
import type { ProductIR } from "../../ir/types.ts";
import { USAGE } from "../usage.ts";
import { printProductKernels, type Switches, windowOf, windowsIn } from "../wgsl/mod.ts";
import { timeOf } from "./measure.ts";
import { PARTIALS } from "./printer.ts";
import { fileStore } from "./store.ts";
import { foldedGroups } from "./text.ts";
import { type Measure, tunings } from "./tune.ts";
import type { ProductDevice, Tuning } from "./tuning.ts";

/** Bytes of a buffer of a program. */
export type BytesOf = (buffer: number) => number;

/** A device on which products are tried out. */
export type TrialDevice = ProductDevice & {
  readonly gpu: GPUDevice;
  /** Bytes of a buffer that one binding reaches. */
  readonly windowBytes: number;
  readonly switches: Switches;
  /** Waits in the call until the device has come to a buffer's last use; null where nothing can. */
  readonly wait: ((buffer: GPUBuffer) => void) | null;
};

/**
 * The choice of tunings on a device. Tunings that were measured once are found in the user's cache;
 * with the variable GRAFT_TUNE=1 those that are missing are measured, where waiting is possible.
 */
export function deviceTunings(device: TrialDevice): (ir: ProductIR, bytesOf: BytesOf) => Tuning {
  const known = tunings(device, fileStore());
  const { wait } = device;
  const measures = wait !== null && environment("GRAFT_TUNE") === "1";
  return (ir, bytesOf) => measures ? known.of(ir, trial(device, wait, ir, bytesOf)) : known.of(ir);
}

/** Runs a product on buffers of its own, which hold zeros. */
function trial(
  { gpu, windowBytes, switches }: TrialDevice,
  wait: (buffer: GPUBuffer) => void,
  ir: ProductIR,
  bytesOf: BytesOf,
): Measure {
  const windows = windowsIn({ windowBytes }, bytesOf);
  const target = { ...windows, ...switches };
  return (tuning) => {
    const { kernels, partials } = printProductKernels(ir, tuning, (buffer) => buffer, target);
    const buffers = new Map<number, GPUBuffer>();
    const bufferOf = (number: number): GPUBuffer => {
      const found = buffers.get(number);
      if (found) return found;
      const bytes = number === PARTIALS ? 4 * partials : bytesOf(number);
      const size = Math.max(16, Math.ceil(bytes / 16) * 16);
      const made = gpu.createBuffer({ size, usage: USAGE.storage | USAGE.copySource });
      buffers.set(number, made);
      return made;
    };
    const calls = kernels.map(({ code, groups, bindings }) => {
      const module = gpu.createShaderModule({ code });
      const pipeline = gpu.createComputePipeline({ layout: "auto", compute: { module } });
      const entries = bindings.map(({ buffer, window }, binding) => ({
        binding,
        resource: windowOf(bufferOf(buffer), window, { windowBytes }),
      }));
      const group = gpu.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
      return { pipeline, group, groups: foldedGroups(groups) };
    });
    const [last] = [...buffers.values()].slice(-1);
    const ms = timeOf((times) => {
      const encoder = gpu.createCommandEncoder();
      const pass = encoder.beginComputePass();
      for (let i = 0; i < times; i++) {
        for (const { pipeline, group, groups } of calls) {
          pass.setPipeline(pipeline);
          pass.setBindGroup(0, group);
          pass.dispatchWorkgroups(...groups);
        }
      }
      pass.end();
      gpu.queue.submit([encoder.finish()]);
      wait(last!);
    });
    for (const buffer of buffers.values()) buffer.destroy();
    return ms;
  };
}
