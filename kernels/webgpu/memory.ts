import type { DeviceBuffer, MemoryUse } from "../../core/mod.ts";
import type { Device } from "./device.ts";
import type { Health } from "./health.ts";
import { tooLarge } from "./too_large.ts";
import { USAGE } from "./usage.ts";

/** A piece of the device's memory. */
export type GpuPiece = DeviceBuffer & {
  readonly buffer: GPUBuffer;
  /** Tells buffers of a device apart; one number is never used twice. */
  readonly id: number;
  /** The device that it belongs to, which may be lost. */
  readonly gpu: GPUDevice;
};

/** The memory of a device: buffers are kept when they are freed, for the next of their size. */
export type Memory = {
  readonly allocate: (bytes: number) => GpuPiece;
  readonly free: (piece: GpuPiece) => void;
  /** A piece that does not count as live, and its end. */
  readonly reserve: (bytes: number) => GpuPiece;
  readonly drop: (piece: GpuPiece) => void;
  /** Puts data into a piece. */
  readonly write: (piece: GpuPiece, data: ArrayBufferView<ArrayBufferLike>) => void;
  /** What is live; what is kept for later does not count. */
  readonly use: () => MemoryUse;
  /** The same for people, with what does not count. */
  readonly describe: () => string;
  /** Gives up what is kept for later, and makes sure that a buffer without memory is not kept. */
  readonly shed: (failed: GPUBuffer | null) => void;
  /** Whether a piece turned out to have no memory. */
  readonly isFailed: (piece: GpuPiece) => boolean;
  /** After a submit: copies of uploads are on their way, and what was given up can go. */
  readonly submitted: () => void;
};

/** Sizes of buffers within a doubling: at most an eighth is wasted. */
const STEPS = 8;
const SMALLEST = 256;
/** Bytes of freed buffers that are kept, as a part of the live ones, and at least. */
const KEPT_SHARE = 0.5;
const KEPT_LEAST = 1 << 28;
/** Uploads that wait for a submit, at most: until then the queue holds copies of them. */
const WAITING = 1 << 23;

/** The memory of a device. */
export function newMemory({ gpu, maxBytes }: Device, health: Health): Memory {
  const idle = new Map<number, GpuPiece[]>();
  const sizes = new Map<number, number>(); // by id, of the buffers that are live
  let next = 0;
  let live = 0;
  let kept = 0;
  let reserved = 0;
  const failures = new WeakSet<GPUBuffer>();
  let waiting = 0;
  // Commands that are recorded and not yet submitted may use a buffer that is given up.
  const doomed: GPUBuffer[] = [];
  const usage = USAGE.storage | USAGE.copySource | USAGE.copyTarget;

  const trim = (limit = Math.max(KEPT_LEAST, KEPT_SHARE * live)): void => {
    for (const [size, pieces] of idle) {
      while (kept > limit && pieces.length > 0) {
        doomed.push(pieces.shift()!.buffer);
        kept -= size;
      }
      if (kept <= limit) return;
    }
  };

  const make = (bytes: number): Omit<GpuPiece, "bytes"> => {
    if (bytes > maxBytes) throw tooLarge("an array", bytes, maxBytes);
    const size = Math.min(sizeClass(bytes), maxBytes);
    const buffer = health.allocating(size, () => gpu.createBuffer({ size, usage }));
    return { buffer, id: next++, gpu };
  };

  return {
    allocate: (bytes) => {
      const size = sizeClass(bytes);
      const found = idle.get(size)?.pop();
      if (found) kept -= size;
      const { buffer, id } = found ?? make(bytes);
      sizes.set(id, bytes);
      live += bytes;
      return { bytes, buffer, id, gpu };
    },
    reserve: (bytes) => {
      const piece = { bytes, ...make(bytes) };
      reserved += bytes;
      return piece;
    },
    drop: ({ buffer, bytes }) => {
      doomed.push(buffer);
      reserved -= bytes;
    },
    free: (piece) => {
      if (piece.gpu !== gpu || !sizes.delete(piece.id)) return;
      live -= piece.bytes;
      if (failures.has(piece.buffer)) return;
      const size = sizeClass(piece.bytes);
      const pieces = idle.get(size);
      if (pieces) pieces.push(piece);
      else idle.set(size, [piece]);
      kept += size;
      trim();
    },
    write: ({ buffer }, { buffer: source, byteOffset, byteLength }) => {
      if (byteLength === 0) return; // Deno ends the process when it is given no bytes
      const whole = byteLength - byteLength % 4;
      for (let at = 0; at < whole; at += WAITING) {
        const part = new Uint8Array(source, byteOffset + at, Math.min(WAITING, whole - at));
        gpu.queue.writeBuffer(buffer, at, part as BufferSource);
        if (at + WAITING < whole) gpu.queue.submit([]);
      }
      if (whole < byteLength) {
        const last = new Uint8Array(4);
        last.set(new Uint8Array(source, byteOffset + whole, byteLength - whole));
        gpu.queue.writeBuffer(buffer, whole, last);
      }
      waiting += byteLength;
      if (waiting < WAITING) return;
      gpu.queue.submit([]);
      waiting = 0;
    },
    use: () => ({ bytes: live, buffers: sizes.size }),
    describe: () =>
      `${live} bytes live in ${sizes.size} arrays and ${reserved} in values inside programs`,
    shed: (failed) => {
      if (failed) failures.add(failed);
      trim(0);
    },
    isFailed: ({ buffer }) => failures.has(buffer),
    submitted: () => {
      waiting = 0;
      for (const buffer of doomed.splice(0)) buffer.destroy();
    },
  };
}

/** The size of the buffer that a piece is put into. Quads are bound whole. */
function sizeClass(bytes: number): number {
  if (bytes <= SMALLEST) return SMALLEST;
  const step = 2 ** Math.floor(Math.log2(bytes - 1)) / STEPS;
  return Math.ceil(bytes / step) * step;
}
