import { MAP_READ, USAGE } from "./usage.ts";

/** Reads buffers through a staging buffer that is used again and again. */
export type Reader = {
  /** Bytes of a buffer, waited for. */
  readonly read: (buffer: GPUBuffer, bytes: number) => Promise<Uint8Array<ArrayBuffer>>;
  /** The same at once, where the provider reads at once. */
  readonly readSync: (buffer: GPUBuffer, bytes: number) => Uint8Array<ArrayBuffer>;
};

/** Bytes that are read in one piece. */
const PIECE = 16 << 20;

/** A reader of a device. */
export function newReader(device: GPUDevice): Reader {
  const idle: GPUBuffer[] = [];
  const stagingOf = (bytes: number): GPUBuffer => {
    const size = 2 ** Math.ceil(Math.log2(Math.max(256, bytes)));
    const at = idle.findIndex((buffer) => buffer.size >= size);
    if (at >= 0) return idle.splice(at, 1)[0]!;
    // Deno ends the process if it is mapped at once without having been mapped before.
    const usage = USAGE.mapRead | USAGE.copyTarget;
    const buffer = device.createBuffer({ size, usage, mappedAtCreation: true });
    buffer.unmap();
    return buffer;
  };
  const copy = (source: GPUBuffer, from: number, bytes: number): GPUBuffer => {
    const staging = stagingOf(bytes);
    const encoder = device.createCommandEncoder();
    encoder.copyBufferToBuffer(source, from, staging, 0, roundUp(bytes));
    device.queue.submit([encoder.finish()]);
    return staging;
  };
  const take = (staging: GPUBuffer, into: Uint8Array, from: number, bytes: number): void => {
    into.set(new Uint8Array(staging.getMappedRange(0, roundUp(bytes)), 0, bytes), from);
    staging.unmap();
    if (idle.length < 4) idle.push(staging);
    else staging.destroy();
  };
  return {
    async read(buffer, bytes) {
      const result = new Uint8Array(bytes);
      for (const [from, size] of pieces(bytes)) {
        const staging = copy(buffer, from, size);
        await staging.mapAsync(MAP_READ, 0, roundUp(size));
        take(staging, result, from, size);
      }
      return result;
    },
    readSync(buffer, bytes) {
      const result = new Uint8Array(bytes);
      for (const [from, size] of pieces(bytes)) {
        const staging = copy(buffer, from, size);
        staging.mapAsync(MAP_READ, 0, roundUp(size)).catch(() => {});
        take(staging, result, from, size);
      }
      return result;
    },
  };
}

function pieces(bytes: number): (readonly [from: number, bytes: number])[] {
  const count = Math.ceil(bytes / PIECE);
  return Array.from({ length: count }, (_, i) => {
    return [i * PIECE, Math.min(PIECE, bytes - i * PIECE)] as const;
  });
}

/** Copies are whole words; mapped ranges too. */
function roundUp(bytes: number): number {
  return Math.ceil(bytes / 4) * 4;
}

/** Whether a value that was written can be read without waiting. */
export function canReadAtOnce(device: GPUDevice): boolean {
  const value = Uint32Array.of(0x67726166);
  const usage = USAGE.storage | USAGE.copySource | USAGE.copyTarget;
  const buffer = device.createBuffer({ size: 4, usage });
  try {
    device.queue.writeBuffer(buffer, 0, value);
    const read = newReader(device).readSync(buffer, 4);
    return new Uint32Array(read.buffer)[0] === value[0];
  } catch {
    return false;
  } finally {
    buffer.destroy();
  }
}
