import type { Aval, Backend, StorageArray } from "../../core/mod.ts";
import { refuseF64 } from "../../core/internal.ts";
import { bytesOfAval } from "../plan/bytes.ts";
import { type Engine, newEngine } from "./engine.ts";
import { features } from "./features.ts";
import { viewAt } from "./host.ts";
import { compileProgram, type CpuBuffer, type CpuProgram, executeProgram } from "./program.ts";

/**
 * The CPU backend: kernels in WebAssembly SIMD over one memory, on several threads where memory can
 * be shared. It is ready at once, with one thread; the others join when they have started.
 */
export function wasmBackend(): Backend {
  const engine = newEngine();
  const readSync = (buffer: CpuBuffer, aval: Aval): StorageArray =>
    viewAt(engine.heap, buffer.block.address, aval).slice();
  return {
    name: "cpu",
    ready: () => true,
    init: () => Promise.resolve(),
    upload: (storage, aval) => upload(engine, storage, aval),
    read: (buffer, aval) => Promise.resolve(readSync(buffer as CpuBuffer, aval)),
    readSync: (buffer, aval) => readSync(buffer as CpuBuffer, aval),
    free: (buffer) => {
      engine.heap.free((buffer as CpuBuffer).block);
      engine.count(-buffer.bytes, -1);
    },
    compile: (graph, donated) => compileProgram(engine, graph, donated),
    execute: (program, inputs) =>
      executeProgram(engine, program as CpuProgram, inputs as readonly CpuBuffer[]),
    memory: engine.use,
    describe: () => describe(engine),
  };
}

function upload(engine: Engine, storage: StorageArray, aval: Aval): CpuBuffer {
  refuseF64(aval.dtype, "cpu");
  const bytes = bytesOfAval(aval);
  const block = engine.heap.allocate(bytes);
  viewAt(engine.heap, block.address, aval).set(storage);
  engine.count(bytes, 1);
  return { bytes, block };
}

function describe({ threads }: Engine): string {
  const simd = features().fma ? "WASM SIMD (relaxed FMA)" : "WASM SIMD";
  return `cpu: ${simd}, ${threads} ${threads === 1 ? "thread" : "threads"}`;
}
