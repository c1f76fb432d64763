import { UnsupportedError } from "../../core/mod.ts";

/** What went wrong on a device. It is told late, so that it is asked for at every use. */
export type Health = {
  /** Throws what has been told since the last time, and forever once the device is lost. */
  readonly check: () => void;
  /** Notes what is about to be allocated, for the message that it did not fit. */
  readonly asksFor: (bytes: number, live: number) => void;
};

/** Listens to a device. */
export function newHealth(gpu: GPUDevice): Health {
  let failure: string | null = null;
  let lost: string | null = null;
  let asked = { bytes: 0, live: 0 };
  gpu.addEventListener("uncapturederror", ({ error }: GPUUncapturedErrorEvent) => {
    failure ??= isOutOfMemory(error) ? outOfMemory(asked) : broken(error.message);
  });
  gpu.lost.then(({ reason, message }) => {
    lost = `Cannot use the WebGPU device: it was lost (${
      [reason, message].filter(Boolean).join(": ")
    }); start again and resume from the last checkpoint, or call setDevice("cpu")`;
  }).catch(() => {});
  return {
    check: () => {
      if (lost !== null) throw new UnsupportedError(lost);
      if (failure === null) return;
      const message = failure;
      failure = null;
      throw message.startsWith("Cannot allocate") ? new RangeError(message) : new Error(message);
    },
    asksFor: (bytes, live) => void (asked = { bytes, live }),
  };
}

function isOutOfMemory(error: GPUError): boolean {
  return error.constructor.name === "GPUOutOfMemoryError";
}

function outOfMemory({ bytes, live }: { readonly bytes: number; readonly live: number }): string {
  return `Cannot allocate ${bytes} bytes on the WebGPU device: it is out of memory with ${live} ` +
    `bytes live; use a smaller batch, checkpoint(), dispose of tensors, or call setDevice("cpu")`;
}

function broken(message: string): string {
  return `Cannot run a WebGPU kernel: ${message}; report it as a bug of Graft`;
}
