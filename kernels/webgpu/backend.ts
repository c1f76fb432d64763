import type { Aval, Backend, StorageArray } from "../../core/mod.ts";
import { UnsupportedError } from "../../core/mod.ts";
import { refuseF64, sizeOf, storageView } from "../../core/internal.ts";
import { bytesOfAval } from "../plan/bytes.ts";
import type { GpuProgram } from "./compiled.ts";
import { type Engine, newEngine } from "./engine.ts";
import { executeProgram } from "./execute.ts";
import { requireOwn } from "./health.ts";
import type { GpuPiece } from "./memory.ts";
import { compileProgram } from "./program.ts";
import { nameOfAval, tooLarge } from "./too_large.ts";

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
    init: () => {
      if (engine?.health.isLost()) engine = opening = null;
      return opening ??= newEngine().then((made) => {
        engine = made;
        if (made.device.readsAtOnce) {
          backend.readSync = (buffer, aval) => readSync(use(), buffer as GpuPiece, aval);
        } else {
          backend.settled = made.line.done;
        }
      }, (error) => {
        opening = null;
        throw error;
      });
    },
    upload: (storage, aval) => upload(use(), storage, aval),
    read: (buffer, aval) => read(use(), buffer as GpuPiece, aval),
    free: (buffer) => free(use(), buffer as GpuPiece),
    compile: (graph, donated) => compileProgram(use(), graph, donated),
    execute: (program, inputs) =>
      executeProgram(use(), program as GpuProgram, inputs as readonly GpuPiece[]),
    isLost: (buffer) => (buffer as GpuPiece).gpu !== engine?.device.gpu,
    memory: () => engine?.memory.use() ?? { bytes: 0, buffers: 0 },
    describe: () => `webgpu: ${engine ? nameOf(engine) : "not open"}`,
  };
  return backend;
}

function nameOf({ device: { name, isSoftware, switches } }: Engine): string {
  const used = [
    ...(switches.hasF16 ? ["shader-f16"] : []),
    ...(switches.subgroups === "none" ? [] : ["subgroups"]),
  ];
  const kind = isSoftware ? ", a software adapter" : "";
  return `${name}${kind}${used.length > 0 ? `, with ${used.join(" and ")}` : ""}`;
}

function upload(engine: Engine, storage: StorageArray, aval: Aval): GpuPiece {
  engine.health.check();
  refuseF64(aval.dtype, "webgpu");
  const { maxBytes } = engine.device;
  const bytes = bytesOfAval(aval);
  if (bytes > maxBytes) throw tooLarge(nameOfAval(aval), bytes, maxBytes);
  const piece = engine.memory.allocate(bytes);
  engine.memory.write(piece, storage);
  return piece;
}

function free({ line, memory }: Engine, piece: GpuPiece): void {
  if (line.isEmpty()) memory.free(piece);
  else line.add({ run: () => memory.free(piece) }); // whatever is in line may use it
}

async function read(engine: Engine, piece: GpuPiece, aval: Aval): Promise<StorageArray> {
  if (engine.device.readsAtOnce) {
    try {
      return readSync(engine, piece, aval);
    } catch (error) {
      await engine.health.told(); // a loss is told after what fails for it
      engine.health.check();
      throw error;
    }
  }
  requireOwn(engine.device.gpu, [piece]);
  if (!engine.line.isEmpty()) await engine.line.done();
  engine.line.check([piece]);
  engine.health.check();
  const bytes = await engine.reader.read(piece.buffer, bytesOfAval(aval)).catch(async (error) => {
    await engine.health.told();
    throw engine.health.readFailed(error);
  });
  engine.health.check();
  return storageView(aval.dtype, bytes.buffer, 0, sizeOf(aval.shape));
}

function readSync(engine: Engine, piece: GpuPiece, aval: Aval): StorageArray {
  engine.health.check();
  requireOwn(engine.device.gpu, [piece]);
  try {
    const bytes = engine.reader.readSync(piece.buffer, bytesOfAval(aval));
    return storageView(aval.dtype, bytes.buffer, 0, sizeOf(aval.shape));
  } catch (error) {
    throw engine.health.readFailed(error);
  }
}
