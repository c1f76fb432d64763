import { UnsupportedError } from "../../core/mod.ts";

/** What went wrong on a device. It is told late, so that it is asked for at every use. */
export type Health = {
  /** Throws what has been told since the last time, and forever once the device is lost. */
  readonly check: () => void;
  readonly isLost: () => boolean;
  /** Makes a buffer of so many bytes, and notes it if it does not fit. */
  readonly allocating: (bytes: number, make: () => GPUBuffer) => GPUBuffer;
  /** Resolves when what happened so far has been told. */
  readonly told: () => Promise<void>;
  /** A read failed, which a lost device says in its own words. */
  readonly readFailed: (error: unknown) => Error;
};

/** What a device is asked about when something went wrong. */
export type Told = {
  /** What is live, for people. */
  readonly describe: () => string;
  /** Gives up what is kept for later, and a buffer that has no memory. */
  readonly shed: (failed: GPUBuffer | null) => void;
};

/** Bytes from which on it is asked whether an allocation went well, which makes a promise. */
const LARGE = 1 << 20;

/** Listens to a device. */
export function newHealth(gpu: GPUDevice, memory: Told): Health {
  let failure: Error | null = null;
  let lost: string | null = null;
  let asked = 0;
  const outOfMemory = (bytes: number, buffer: GPUBuffer | null): void => {
    failure = new RangeError(
      `Cannot allocate ${bytes} bytes on the WebGPU device: it is out of memory with ` +
        `${memory.describe()}; use a smaller batch or sequence, checkpoint(), dispose of tensors, ` +
        `or call setDevice("cpu")`,
    );
    memory.shed(buffer);
  };
  gpu.addEventListener("uncapturederror", (event: Event) => {
    const { error } = event as GPUUncapturedErrorEvent;
    if (isOutOfMemory(error)) outOfMemory(asked, null);
    else failure ??= broken(error.message);
  });
  gpu.lost.then(({ reason, message }) => {
    const why = [reason, message].filter((part) => part && part !== "unknown").join(": ");
    lost = `Cannot use the WebGPU device: it was lost${why ? ` (${why})` : ""} with ` +
      `${memory.describe()}; await init() opens it anew: then load the data again, or resume from ` +
      `the last checkpoint; or call setDevice("cpu")`;
  }).catch(() => {});
  return {
    check: () => {
      if (lost !== null) throw new UnsupportedError(lost);
      if (failure === null) return;
      const error = failure;
      failure = null;
      throw error;
    },
    isLost: () => lost !== null,
    allocating: (bytes, make) => {
      asked = bytes;
      if (bytes < LARGE) return make();
      gpu.pushErrorScope("out-of-memory");
      const buffer = make();
      gpu.popErrorScope().then((error) => {
        if (error) outOfMemory(bytes, buffer);
      }, () => {});
      return buffer;
    },
    told: () => new Promise((resolve) => setTimeout(resolve)),
    readFailed: (error) => {
      if (lost !== null) return new UnsupportedError(lost);
      if (failure !== null) return failure;
      const message = error instanceof Error ? error.message : String(error);
      return new UnsupportedError(
        `Cannot read from the WebGPU device: ${message}; if it was lost, await init() opens it ` +
          "anew: then load the data again, or resume from the last checkpoint",
      );
    },
  };
}

function isOutOfMemory(error: GPUError): boolean {
  return error.constructor.name === "GPUOutOfMemoryError";
}

function broken(message: string): Error {
  return new Error(`Cannot run a WebGPU kernel: ${message}; report it as a bug of Graft`);
}

/** Refuses what belongs to a device that was lost, where another one was opened since. */
export function requireOwn(gpu: GPUDevice, pieces: readonly { readonly gpu: GPUDevice }[]): void {
  if (pieces.every((piece) => piece.gpu === gpu)) return;
  throw new UnsupportedError(
    "Cannot use a tensor that was lost with its WebGPU device: load it again, or resume from the " +
      "last checkpoint",
  );
}
