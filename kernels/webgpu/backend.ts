import type { Aval, Backend, StorageArray } from "../../core/mod.ts";
import { UnsupportedError } from "../../core/mod.ts";
import { bytesOf, refuseF64, sizeOf, storageView } from "../../core/internal.ts";
import { type Engine, newEngine } from "./engine.ts";
import { executeProgram } from "./execute.ts";
import type { GpuPiece } from "./memory.ts";
import { compileProgram, type GpuProgram } from "./program.ts";

/**
 * The WebGPU backend: kernels in WGSL, in Deno and in browsers. Its device is opened by `init`.
 * Results can be read at once in Deno, and have to be awaited elsewhere.
 */
export function webgpuBackend(): Backend {
  let engine: Engine | null = null;
  let opening: Promise<void> | null = null;
  const use = (): Engine => {
    if (engine) return engine;
    throw new UnsupportedError("Cannot use the WebGPU device: it is not open; await init() first");
  };
  const backend: Backend = {
    name: "webgpu",
    ready: () => engine !== null,
    init: () =>
      opening ??= newEngine().then((made) => {
        engine = made;
        if (!made.device.readsAtOnce) return;
        backend.readSync = (buffer, aval) => readSync(made, buffer as GpuPiece, aval);
      }, (error) => {
        opening = null;
        throw error;
      }),
    upload: (storage, aval) => upload(use(), storage, aval),
    read: (buffer, aval) => read(use(), buffer as GpuPiece, aval),
    free: (buffer) => use().memory.free(buffer as GpuPiece),
    compile: (graph, donated) => compileProgram(use(), graph, donated),
    execute: (program, inputs) =>
      executeProgram(use(), program as GpuProgram, inputs as readonly GpuPiece[]),
    memory: () => engine?.memory.use() ?? { bytes: 0, buffers: 0 },
    describe: () => `webgpu: ${engine ? nameOf(engine) : "not open"}`,
  };
  return backend;
}

function nameOf({ device: { name, isSoftware } }: Engine): string {
  return isSoftware ? `${name}, a software adapter` : name;
}

function upload(engine: Engine, storage: StorageArray, aval: Aval): GpuPiece {
  engine.health.check();
  refuseF64(aval.dtype, "webgpu");
  const piece = engine.memory.allocate(bytesOfAval(aval));
  engine.memory.write(piece, storage);
  return piece;
}

async function read(engine: Engine, piece: GpuPiece, aval: Aval): Promise<StorageArray> {
  if (engine.device.readsAtOnce) return readSync(engine, piece, aval);
  engine.health.check();
  const bytes = await engine.reader.read(piece.buffer, bytesOfAval(aval));
  engine.health.check();
  return storageView(aval.dtype, bytes.buffer, 0, sizeOf(aval.shape));
}

function readSync(engine: Engine, piece: GpuPiece, aval: Aval): StorageArray {
  engine.health.check();
  const bytes = engine.reader.readSync(piece.buffer, bytesOfAval(aval));
  return storageView(aval.dtype, bytes.buffer, 0, sizeOf(aval.shape));
}

function bytesOfAval({ dtype, shape }: Aval): number {
  return bytesOf(dtype) * sizeOf(shape);
}
