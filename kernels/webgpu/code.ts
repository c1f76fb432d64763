import type { AttentionIR } from "../ir/attention.ts";
import { keyOf } from "../ir/key.ts";
import { buffersOf } from "../ir/structure.ts";
import type { KernelIR, ProductIR } from "../ir/types.ts";
import { printAttentionKernels } from "./attention/mod.ts";
import { attentionKey, buffersOfProduct, patternOf, productKey } from "./code_key.ts";
import type { Device } from "./device.ts";
import { type Pipeline, pipelineCompiler } from "./pipeline.ts";
import { PARTIALS } from "./product/printer.ts";
import { type BytesOf, deviceTunings } from "./product/trial.ts";
import type { Reader } from "./read.ts";
import {
  type Kernels,
  type MemoryOf,
  printKernels,
  printProductKernels,
  windowsIn,
} from "./wgsl/mod.ts";

/** What a binding reaches: a buffer of a program, and which window of it. */
export type Reach = { readonly buffer: number; readonly window: number };

/** A kernel with what it binds at one place in a program. */
export type Launch = { readonly pipeline: Pipeline; readonly bound: readonly Reach[] };

/** Several kernels, and the elements of f32 that they need in the buffer PARTIALS. */
export type Launches = { readonly launches: readonly Launch[]; readonly partials: number };

/** The kernels of a device, each compiled once. */
export type Code = {
  readonly kernel: (ir: KernelIR, memoryOf: MemoryOf, bytesOf: BytesOf) => Launches;
  readonly product: (ir: ProductIR, memoryOf: MemoryOf, bytesOf: BytesOf) => Launches;
  readonly attention: (ir: AttentionIR, memoryOf: MemoryOf, bytesOf: BytesOf) => Launches;
};

/** Compiled kernels of one structure; buffers by position in the list of them. */
type Compiled = {
  readonly kernels: readonly Launch[];
  readonly partials: number;
};

/** No kernels yet. */
export function newCode(device: Device, reader: Reader): Code {
  const compiled = new Map<string, Compiled>();
  const wait = device.readsAtOnce ? (buffer: GPUBuffer) => void reader.readSync(buffer, 4) : null;
  const tuningOf = deviceTunings({ ...device, wait });
  const compile = pipelineCompiler(device);

  const compileAll = (
    buffers: readonly number[],
    { kernels, partials }: Kernels,
  ): Compiled => ({
    partials,
    kernels: kernels.filter(({ groups }) => groups > 0).map((kernel) => ({
      pipeline: compile(kernel),
      bound: kernel.bindings.map(({ buffer, window }) => {
        return { buffer: buffers.indexOf(buffer), window };
      }),
    })),
  });

  const launch = (
    key: string,
    buffers: readonly number[],
    print: () => Kernels,
  ): Launches => {
    let found = compiled.get(key);
    if (!found) compiled.set(key, found = compileAll(buffers, print()));
    const launches = found.kernels.map(({ pipeline, bound }): Launch => ({
      pipeline,
      bound: bound.map(({ buffer, window }) => ({ buffer: buffers[buffer]!, window })),
    }));
    return { launches, partials: found.partials };
  };

  return {
    kernel: (ir, memoryOf, bytesOf) => {
      const buffers = [...buffersOf(ir), PARTIALS];
      const windows = windowsIn(device, bytesOf);
      const key = `${keyOf(ir)}|${patternOf(buffers, memoryOf, windows)}`;
      const target = { ...windows, ...device.switches };
      return launch(key, buffers, () => printKernels(ir, memoryOf, target));
    },
    product: (ir, memoryOf, bytesOf) => {
      const buffers = [...buffersOfProduct(ir), PARTIALS];
      const windows = windowsIn(device, bytesOf);
      const chosen = withinWindow(ir, tuningOf(ir, bytesOf), windows.bytes);
      const pattern = patternOf(buffers, memoryOf, windows);
      const key = `${productKey(ir)}|${pattern}|${JSON.stringify(chosen)}`;
      const target = { ...windows, ...device.switches };
      return launch(key, buffers, () => printProductKernels(ir, chosen, memoryOf, target));
    },
    attention: (ir, memoryOf, bytesOf) => {
      const buffers = [...ir.inputs, ...ir.outputs].map(({ buffer }) => buffer).concat(PARTIALS);
      const windows = windowsIn(device, bytesOf);
      const key = `${attentionKey(ir)}|${patternOf(buffers, memoryOf, windows)}`;
      return launch(key, buffers, () => printAttentionKernels(ir, memoryOf, windows));
    },
  };
}

/** Parts of a split sum have one binding: where they are larger, there is one part. */
function withinWindow<T extends { readonly splits: number }>(
  { batch, m, n }: ProductIR,
  tuning: T,
  windowBytes: number,
): T {
  return 4 * tuning.splits * batch * m * n <= windowBytes ? tuning : { ...tuning, splits: 1 };
}
