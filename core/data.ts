import type { Backend, DeviceBuffer } from "./backend.ts";
import { countBuffer } from "./breathe.ts";
import type { StorageArray } from "./dtype.ts";
import { type Aval, formatAval } from "./shape.ts";
import { beginPhase } from "./timeline.ts";

/**
 * A computed value: a host array, device buffers, or both. Handles (tensors) and buffers are two
 * things: the buffers live as long as one handle does.
 */
export type Data = {
  readonly aval: Aval;
  /** Whether it came from the host: such data follows `setDevice`, computed data stays. */
  readonly fromHost: boolean;
  /** Number of handles. */
  handles(): number;
  retain(): void;
  release(): void;
  /** The buffer on `backend`; host data is uploaded at its first use there. */
  on(backend: Backend): DeviceBuffer;
  /** The backend that holds the data, null while only the host does. */
  home(): Backend | null;
  read(): Promise<StorageArray>;
  /** The buffer, handed over to a program that donates it; the data is gone afterwards. */
  donate(backend: Backend): DeviceBuffer;
};

// A host array above this size is dropped once a device has it: a model is not held twice.
const KEEP_ON_HOST_BYTES = 1 << 20;

/** Frees buffers whose Data was collected without having been released: a net, not the plan. */
const net = new FinalizationRegistry<Held>((held) => freeHeld(held));

type Held = { backend: Backend; buffer: DeviceBuffer };

function freeHeld(held: Held): void {
  held.backend.free(held.buffer);
}

/** Data that a backend has computed. */
export function deviceData(aval: Aval, backend: Backend, buffer: DeviceBuffer): Data {
  return makeData(aval, null, { backend, buffer });
}

/** Data on the host; the array is taken over. */
export function hostData(storage: StorageArray, aval: Aval): Data {
  return makeData(aval, storage, null);
}

function makeData(aval: Aval, storage: StorageArray | null, first: Held | null): Data {
  let host = storage;
  let held: Held | null = null;
  let count = 0;
  const hold = (value: Held): void => {
    held = value;
    countBuffer(value.buffer.bytes);
    net.register(data, value, data);
  };
  const drop = (): void => {
    if (!held) return;
    net.unregister(data);
    held = null;
  };
  const data: Data = {
    aval,
    fromHost: storage !== null,
    handles: () => count,
    retain: () => void count++,
    release: () => {
      if (--count > 0) return;
      if (held) freeHeld(held);
      drop();
      host = null;
    },
    home: () => held?.backend ?? null,
    on: (backend) => {
      // The array of a small constant outlives the device that it was on.
      if (host && held?.backend.isLost?.(held.buffer)) drop();
      if (held?.backend === backend) return held.buffer;
      if (held) {
        if (!data.fromHost) throw new TypeError(mixed(aval, held.backend, backend));
        host ??= held.backend.readSync?.(held.buffer, aval) ?? null;
        if (!host) throw new TypeError(mixed(aval, held.backend, backend));
        freeHeld(held);
        drop();
      }
      if (!host) throw new TypeError(`Cannot use ${formatAval(aval)}: its buffer has been freed`);
      const done = beginPhase("upload");
      const buffer = backend.upload(host, aval);
      done();
      if (host.byteLength > KEEP_ON_HOST_BYTES) host = null;
      hold({ backend, buffer });
      return buffer;
    },
    read: () => {
      if (host) return Promise.resolve(host.slice());
      if (!held) return Promise.reject(new TypeError("Cannot read data that has been freed"));
      return held.backend.read(held.buffer, aval);
    },
    donate: (backend) => {
      const buffer = data.on(backend);
      drop();
      host = null;
      return buffer;
    },
  };
  if (first) hold(first);
  return data;
}

function mixed(aval: Aval, has: Backend, wanted: Backend): string {
  return `Cannot use ${formatAval(aval)} on ${wanted.name}: it was computed on ${has.name}; ` +
    `move it with toDevice(x, "${wanted.name}")`;
}
