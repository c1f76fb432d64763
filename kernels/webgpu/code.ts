import { keyOf } from "../ir/key.ts";
import { buffersOf } from "../ir/structure.ts";
import type { KernelIR, Operand, ProductIR } from "../ir/types.ts";
import type { Device } from "./device.ts";
import { PARTIALS } from "./product/printer.ts";
import { foldedGroups } from "./product/text.ts";
import { type BytesOf, deviceTunings } from "./product/trial.ts";
import type { Reader } from "./read.ts";
import { COMPUTE_STAGE } from "./usage.ts";
import { type MemoryOf, printKernel, printProductKernels, type WgslKernel } from "./wgsl/mod.ts";

/** A kernel that is ready to run on buffers. */
export type Pipeline = {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
  readonly groups: readonly [x: number, y: number, z: number];
};

/** A kernel with the buffers of one place in a program, one for each binding. */
export type Launch = { readonly pipeline: Pipeline; readonly buffers: readonly number[] };

/** The kernels of a product, and the elements of f32 that they need in the buffer PARTIALS. */
export type ProductLaunches = { readonly launches: readonly Launch[]; readonly partials: number };

/** The kernels of a device, each compiled once. */
export type Code = {
  readonly kernel: (ir: KernelIR, memoryOf: MemoryOf) => readonly Launch[];
  readonly product: (ir: ProductIR, memoryOf: MemoryOf, bytesOf: BytesOf) => ProductLaunches;
};

/** Compiled kernels of one structure; bindings by position in the list of its buffers. */
type Compiled = {
  readonly kernels: readonly { readonly pipeline: Pipeline; readonly bound: readonly number[] }[];
  readonly partials: number;
};

/** No kernels yet. */
export function newCode(device: Device, reader: Reader): Code {
  const { gpu } = device;
  const compiled = new Map<string, Compiled>();
  const layouts = new Map<string, GPUBindGroupLayout>();
  const wait = device.readsAtOnce ? (buffer: GPUBuffer) => void reader.readSync(buffer, 4) : null;
  const tuningOf = deviceTunings({ ...device, wait });

  const layoutOf = ({ bindings }: WgslKernel): GPUBindGroupLayout => {
    const key = bindings.map(({ access }) => access).join();
    let layout = layouts.get(key);
    if (!layout) {
      layouts.set(key, layout = gpu.createBindGroupLayout({ entries: entries(bindings) }));
    }
    return layout;
  };

  const compile = (kernel: WgslKernel): Pipeline => {
    const layout = layoutOf(kernel);
    const module = gpu.createShaderModule({ code: kernel.code });
    const pipeline = gpu.createComputePipeline({
      layout: gpu.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: { module, entryPoint: "main" },
    });
    return { pipeline, layout, groups: foldedGroups(kernel.groups) };
  };

  const compileAll = (
    buffers: readonly number[],
    { kernels, partials }: { readonly kernels: readonly WgslKernel[]; readonly partials: number },
  ): Compiled => ({
    partials,
    kernels: kernels.filter(({ groups }) => groups > 0).map((kernel) => ({
      pipeline: compile(kernel),
      bound: kernel.bindings.map(({ buffer }) => buffers.indexOf(buffer)),
    })),
  });

  const launch = (
    key: string,
    buffers: readonly number[],
    print: () => { readonly kernels: readonly WgslKernel[]; readonly partials: number },
  ): ProductLaunches => {
    let found = compiled.get(key);
    if (!found) compiled.set(key, found = compileAll(buffers, print()));
    const launches = found.kernels.map(({ pipeline, bound }): Launch => ({
      pipeline,
      buffers: bound.map((at) => buffers[at]!),
    }));
    return { launches, partials: found.partials };
  };

  return {
    kernel: (ir, memoryOf) => {
      const buffers = buffersOf(ir);
      const key = `${keyOf(ir)}|${patternOf(buffers, memoryOf)}`;
      const print = () => ({ kernels: [printKernel(ir, memoryOf)], partials: 0 });
      return launch(key, buffers, print).launches;
    },
    product: (ir, memoryOf, bytesOf) => {
      const buffers = [...buffersOfProduct(ir), PARTIALS];
      const chosen = tuningOf(ir, bytesOf);
      const key = `${productKey(ir)}|${patternOf(buffers, memoryOf)}|${JSON.stringify(chosen)}`;
      return launch(key, buffers, () => printProductKernels(ir, chosen, memoryOf));
    },
  };
}

function entries(bindings: WgslKernel["bindings"]): GPUBindGroupLayoutEntry[] {
  return bindings.map(({ access }, binding) => ({
    binding,
    visibility: COMPUTE_STAGE,
    buffer: { type: access === "read" ? "read-only-storage" : "storage" },
  }));
}

/** Which of the buffers share memory: aliases are one binding. */
function patternOf(buffers: readonly number[], memoryOf: MemoryOf): string {
  const memories = buffers.map(memoryOf);
  return memories.map((memory) => memories.indexOf(memory)).join();
}

/** The buffers of a product in the order of its parts. */
function buffersOfProduct({ a, b, plain, epilogue }: ProductIR): number[] {
  const operand = ({ buffer, loader }: Operand): number[] => loader ? buffersOf(loader) : [buffer];
  const all = [
    ...operand(a),
    ...operand(b),
    ...(plain ? [plain.buffer] : []),
    ...(epilogue ? buffersOf(epilogue) : []),
  ];
  return [...new Set(all.filter((buffer) => buffer >= 0))];
}

/** The structure of a product, its buffers apart. */
function productKey(ir: ProductIR): string {
  const numbers = new Map(buffersOfProduct(ir).map((buffer, i) => [buffer, i]));
  const operand = ({ buffer, loader, ...strides }: Operand): unknown => [
    strides,
    loader ? mapKey(loader, numbers) : numbers.get(buffer),
  ];
  const { batch, m, n, k, a, b, plain, epilogue } = ir;
  return JSON.stringify([
    "product",
    [batch, m, n, k],
    operand(a),
    operand(b),
    plain ? { ...plain, buffer: numbers.get(plain.buffer) } : null,
    epilogue ? mapKey(epilogue, numbers) : null,
  ]);
}

/** The key of a map inside a product, and which of its buffers it means. */
function mapKey(ir: KernelIR, numbers: ReadonlyMap<number, number>): unknown {
  return [keyOf(ir), buffersOf(ir).map((buffer) => numbers.get(buffer) ?? buffer)];
}
