import { UnsupportedError } from "../../core/mod.ts";
import type { Device } from "./device.ts";
import { foldedGroups } from "./product/text.ts";
import { COMPUTE_STAGE } from "./usage.ts";
import type { WgslKernel } from "./wgsl/mod.ts";

/** A kernel that is ready to run on buffers. */
export type Pipeline = {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
  readonly groups: readonly [x: number, y: number, z: number];
};

/**
 * Compiles kernels for a device. Those that bind alike have one layout.
 *
 * The compiler throws an UnsupportedError where the device cannot run a kernel.
 */
export function pipelineCompiler(device: Device): (kernel: WgslKernel) => Pipeline {
  const { gpu } = device;
  const layouts = new Map<string, GPUBindGroupLayout>();
  const layoutOf = ({ bindings }: WgslKernel): GPUBindGroupLayout => {
    const key = bindings.map(({ access }) => access).join();
    let layout = layouts.get(key);
    if (!layout) {
      layouts.set(key, layout = gpu.createBindGroupLayout({ entries: entries(bindings) }));
    }
    return layout;
  };

  return (kernel) => {
    const { turns = 0, bindings: { length } } = kernel;
    if (turns > device.maxTurns) throw turnsTooOften(turns, device);
    if (length > device.maxBindings) throw bindsTooMuch(length, device.maxBindings);
    const layout = layoutOf(kernel);
    const module = gpu.createShaderModule({ code: kernel.code });
    const pipeline = gpu.createComputePipeline({
      layout: gpu.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: { module, entryPoint: "main" },
    });
    return { pipeline, layout, groups: foldedGroups(kernel.groups) };
  };
}

function entries(bindings: WgslKernel["bindings"]): GPUBindGroupLayoutEntry[] {
  return bindings.map(({ access }, binding) => ({
    binding,
    visibility: COMPUTE_STAGE,
    buffer: { type: access === "read" ? "read-only-storage" : "storage" },
  }));
}

function turnsTooOften(turns: number, { name, maxTurns }: Device): UnsupportedError {
  return new UnsupportedError(
    `Cannot run a kernel on ${name}: its loops take ${turns} turns, and this software adapter ends ` +
      `them after ${maxTurns}; call setDevice("cpu") for this computation`,
  );
}

function bindsTooMuch(count: number, limit: number): UnsupportedError {
  return new UnsupportedError(
    `Cannot run a kernel on the WebGPU device: its arrays take ${count} bindings, and the device ` +
      `has ${limit}; split the largest arrays, or call setDevice("cpu")`,
  );
}
