import { narrow, storageView, widen } from "../../core/internal.ts";
import type { DType } from "../../core/mod.ts";
import { interpret } from "../../kernels/interpret.ts";
import type { ProductIR, Schedule } from "../../kernels/ir/types.ts";
import { PARTIALS } from "../../kernels/webgpu/product/printer.ts";
import { foldedGroups } from "../../kernels/webgpu/product/text.ts";
import type { Tuning } from "../../kernels/webgpu/product/tuning.ts";
import { printProductKernels } from "../../kernels/webgpu/wgsl/mod.ts";

// Uses of buffers and modes of mapping by their numbers: the library of types has no such values.
const [MAP_READ, COPY_SRC, COPY_DST, STORAGE] = [1, 4, 8, 128];

/** A device with the adapter's workgroup memory; null, after one line, where there is none. */
export async function openDevice(): Promise<GPUDevice | null> {
  const adapter = await globalThis.navigator?.gpu?.requestAdapter();
  if (!adapter) {
    if (Deno.env.get("GRAFT_REQUIRE_WEBGPU") === "1") {
      throw new Error("Cannot test WebGPU: there is no adapter, and GRAFT_REQUIRE_WEBGPU is 1");
    }
    console.log("There is no WebGPU adapter: products in WGSL are not tested");
    return null;
  }
  const { maxComputeWorkgroupStorageSize } = adapter.limits;
  return await adapter.requestDevice({ requiredLimits: { maxComputeWorkgroupStorageSize } });
}

/** Waits in the call, which Deno's mapping does, until all that was submitted is done. */
export function waitFor(device: GPUDevice, buffer: GPUBuffer): void {
  const usage = MAP_READ | COPY_DST;
  const read = device.createBuffer({ size: 4, usage, mappedAtCreation: true });
  read.unmap();
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(buffer, 0, read, 0, 4);
  device.queue.submit([encoder.finish()]);
  read.mapAsync(MAP_READ).catch(() => {});
  read.getMappedRange();
  read.destroy();
}

/** A buffer's values, and how they are stored. */
export type Stored = { readonly dtype: DType; readonly data: Float64Array };

/** f32 values. */
export function f32(data: ArrayLike<number>): Stored {
  return { dtype: "f32", data: Float64Array.from(data).map(Math.fround) };
}

/** The buffers of `outputs` after a product, on the device and by the interpreter. */
export async function runBoth(
  device: GPUDevice,
  ir: ProductIR,
  tuning: Tuning,
  buffers: readonly Stored[],
  outputs: readonly number[],
): Promise<{ readonly got: readonly Stored["data"][]; readonly want: readonly Stored["data"][] }> {
  return {
    got: await runOnDevice(device, ir, tuning, buffers, outputs),
    want: runInterpreted(ir, buffers, outputs),
  };
}

async function runOnDevice(
  device: GPUDevice,
  ir: ProductIR,
  tuning: Tuning,
  stored: readonly Stored[],
  outputs: readonly number[],
): Promise<Stored["data"][]> {
  const { kernels, partials } = printProductKernels(ir, tuning, (buffer) => buffer);
  const usage = STORAGE | COPY_SRC | COPY_DST;
  const create = (bytes: number): GPUBuffer =>
    device.createBuffer({ size: Math.max(16, Math.ceil(bytes / 16) * 16), usage });
  const buffers = new Map(stored.map(({ dtype, data }, i) => {
    const storage = narrow(data, dtype);
    const buffer = create(storage.byteLength);
    const bytes = new Uint8Array(buffer.size);
    bytes.set(new Uint8Array(storage.buffer, storage.byteOffset, storage.byteLength));
    device.queue.writeBuffer(buffer, 0, bytes);
    return [i, buffer];
  }));
  if (partials > 0) buffers.set(PARTIALS, create(4 * partials));
  device.pushErrorScope("validation");
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  for (const { code, groups, bindings } of kernels) {
    const module = device.createShaderModule({ code });
    const pipeline = device.createComputePipeline({ layout: "auto", compute: { module } });
    const entries = bindings.map(({ buffer }, binding) => {
      return { binding, resource: { buffer: buffers.get(buffer)! } };
    });
    pass.setPipeline(pipeline);
    const layout = pipeline.getBindGroupLayout(0);
    pass.setBindGroup(0, device.createBindGroup({ layout, entries }));
    pass.dispatchWorkgroups(...foldedGroups(groups));
  }
  pass.end();
  const reads = outputs.map((number) => {
    const { size } = buffers.get(number)!;
    const read = device.createBuffer({ size, usage: MAP_READ | COPY_DST, mappedAtCreation: true });
    read.unmap();
    encoder.copyBufferToBuffer(buffers.get(number)!, 0, read, 0, size);
    return read;
  });
  device.queue.submit([encoder.finish()]);
  const error = await device.popErrorScope();
  if (error) throw new Error(error.message);
  await Promise.all(reads.map((read) => read.mapAsync(MAP_READ)));
  const found = reads.map((read, i) => {
    const { dtype, data } = stored[outputs[i]!]!;
    const aval = { dtype, shape: [data.length] };
    const bytes = read.getMappedRange().slice(0);
    return widen(storageView(dtype, bytes, 0, data.length), aval).data;
  });
  for (const buffer of [...reads, ...buffers.values()]) buffer.destroy();
  return found;
}

function runInterpreted(
  ir: ProductIR,
  stored: readonly Stored[],
  outputs: readonly number[],
): Stored["data"][] {
  const schedule: Schedule = {
    kernels: [{ ir, name: "product", flops: 0, bytes: 0, isCopy: false }],
    buffers: stored.map(({ dtype, data }, id) => ({
      id,
      dtype,
      size: data.length,
      role: { kind: "input", index: id },
      birth: 0,
      death: 0,
      alias: null,
    })),
    inputs: stored.map((_, i) => i),
    outputs,
  };
  return interpret(schedule, stored.map(({ data }) => data));
}
