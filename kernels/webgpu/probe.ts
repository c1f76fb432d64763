import { newReader } from "./read.ts";
import { USAGE } from "./usage.ts";
import type { Switches } from "./wgsl/mod.ts";

/** Invocations of the workgroup that is tried: as many as the largest of a row kernel. */
const THREADS = 256;

/** Neighbours are in one subgroup, the first of them at its start, and its operations are right. */
const SUBGROUPS = `
@group(0) @binding(0) var<storage, read_write> result: array<u32>;
@compute @workgroup_size(${THREADS}) fn main(
  @builtin(local_invocation_index) t: u32,
  @builtin(subgroup_size) width: u32,
  @builtin(subgroup_invocation_id) place: u32,
) {
  let first = t / width * width;
  let count = min(width, ${THREADS}u - first);
  let ends = vec2<u32>(subgroupMin(t), subgroupMax(t));
  let sum = subgroupAdd(f32(t));
  let wanted = f32(count) * (f32(first) + 0.5f * f32(count - 1u));
  let right = place == t - first && ends.x == first && ends.y == first + count - 1u && sum == wanted;
  result[t] = select(0u, 1u, right);
}`;

/** Halves are stored and loaded, each by an invocation of its own. */
const HALVES = `enable f16;
@group(0) @binding(0) var<storage, read_write> result: array<u32>;
@group(0) @binding(1) var<storage, read_write> halves: array<f16>;
@compute @workgroup_size(${THREADS}) fn main(@builtin(local_invocation_index) t: u32) {
  halves[t] = f16(f32(t) * 0.25f);
  storageBarrier();
  result[t] = select(0u, 1u, f32(halves[${THREADS - 1}u - t]) == f32(${THREADS - 1}u - t) * 0.25f);
}`;

/** What kernels may use of the features that a device was opened with, by trying it. */
export async function probeSwitches(
  gpu: GPUDevice,
  features: ReadonlySet<string>,
): Promise<Switches> {
  const hasF16 = features.has("shader-f16") && await succeeds(gpu, HALVES);
  if (!features.has("subgroups")) return { hasF16, subgroups: "none" };
  // Some compilers ask for the line that others do not know.
  if (await succeeds(gpu, `enable subgroups;\n${SUBGROUPS}`)) {
    return { hasF16, subgroups: "enabled" };
  }
  return { hasF16, subgroups: await succeeds(gpu, SUBGROUPS) ? "implied" : "none" };
}

/** Whether a kernel compiles, and all of its invocations say 1. */
async function succeeds(gpu: GPUDevice, code: string): Promise<boolean> {
  const size = 4 * THREADS;
  const usage = USAGE.storage | USAGE.copySource;
  const buffers = [0, 1].map(() => gpu.createBuffer({ size, usage }));
  const scopes = ["internal", "validation"] as const;
  for (const scope of scopes) gpu.pushErrorScope(scope);
  run(gpu, code, code === HALVES ? buffers : buffers.slice(0, 1));
  const errors = await Promise.all(scopes.map(() => gpu.popErrorScope()));
  const isFine = errors.every((error) => error === null);
  const bytes = isFine ? await newReader(gpu).read(buffers[0]!, size) : new Uint8Array(4);
  for (const buffer of buffers) buffer.destroy();
  return new Uint32Array(bytes.buffer).every((word) => word === 1);
}

/** Runs a workgroup; what is wrong with it is told to the error scopes. */
function run(gpu: GPUDevice, code: string, buffers: readonly GPUBuffer[]): void {
  const module = gpu.createShaderModule({ code });
  const pipeline = gpu.createComputePipeline({ layout: "auto", compute: { module } });
  const entries = buffers.map((buffer, binding) => ({ binding, resource: { buffer } }));
  const layout = pipeline.getBindGroupLayout(0);
  const encoder = gpu.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, gpu.createBindGroup({ layout, entries }));
  pass.dispatchWorkgroups(1);
  pass.end();
  gpu.queue.submit([encoder.finish()]);
}
