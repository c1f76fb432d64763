import type { DType } from "../../mod.ts";
import { narrow, widen } from "../../core/internal.ts";
import type { KernelIR } from "../../kernels/ir/types.ts";
import { printKernel } from "../../kernels/webgpu/wgsl/mod.ts";
import { foldedGroups } from "../../kernels/webgpu/product/text.ts";

// Uses of buffers and modes of mapping by their numbers: the library of types has no such values.
const [MAP_READ, COPY_SRC, COPY_DST, STORAGE] = [1, 4, 8, 128];

/** Buffers as values. */
export type Buffers = Readonly<Record<number, { dtype: DType; data: readonly number[] }>>;

/** Runs a kernel on buffers given as values; the buffers' values after it. */
export async function runKernel(
  device: GPUDevice,
  ir: KernelIR,
  buffers: Buffers,
): Promise<Record<number, number[]>> {
  const { code, bindings, groups } = printKernel(ir, (buffer) => buffer);
  device.pushErrorScope("validation");
  const module = device.createShaderModule({ code });
  const pipeline = device.createComputePipeline({ layout: "auto", compute: { module } });
  const usage = STORAGE | COPY_SRC | COPY_DST;
  const made = new Map(
    Object.entries(buffers).map(([id, { dtype, data }]) => {
      const bytes = new Uint8Array(narrow(data, dtype).buffer as ArrayBuffer);
      const size = Math.max(16, Math.ceil(bytes.length / 16) * 16);
      const padded = new Uint8Array(size);
      padded.set(bytes);
      const buffer = device.createBuffer({ size, usage });
      device.queue.writeBuffer(buffer, 0, padded);
      return [Number(id), buffer];
    }),
  );
  const entries = bindings.map(({ buffer }, binding) => {
    return { binding, resource: { buffer: made.get(buffer)! } };
  });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
  pass.dispatchWorkgroups(...foldedGroups(groups));
  pass.end();
  const reads = new Map([...made].map(([id, buffer]) => {
    const read = device.createBuffer({
      size: buffer.size,
      usage: MAP_READ | COPY_DST,
      mappedAtCreation: true,
    });
    read.unmap();
    encoder.copyBufferToBuffer(buffer, 0, read, 0, buffer.size);
    return [id, read] as const;
  }));
  device.queue.submit([encoder.finish()]);
  const error = await device.popErrorScope();
  if (error) throw new Error(`${error.message}\n${code}`);
  const after: Record<number, number[]> = {};
  for (const [id, read] of reads) {
    const { dtype, data } = buffers[id]!;
    await read.mapAsync(MAP_READ);
    const bytes = new Uint8Array(read.getMappedRange()).slice();
    const like = narrow(new Array<number>(data.length).fill(0), dtype);
    new Uint8Array(like.buffer as ArrayBuffer).set(bytes.subarray(0, like.byteLength));
    after[id] = [...widen(like, { dtype, shape: [data.length] }).data];
    read.destroy();
    made.get(id)!.destroy();
  }
  return after;
}
