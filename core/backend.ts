import type { StorageArray } from "./dtype.ts";
import { UnsupportedError } from "./errors.ts";
import type { Graph } from "./graph.ts";
import type { Aval } from "./shape.ts";

/** Names of the backends. */
export type DeviceName = "cpu" | "webgpu" | "reference";

/** A piece of a backend's memory; opaque to core. */
export type DeviceBuffer = { readonly bytes: number };

/** One kernel of a Program, as `explain` prints it. */
export type KernelReport = {
  /** What it does: "dot 512x768x768 + epilogue", "row 512x768", "host sort". */
  readonly name: string;
  /** Template or generator: dot, map, row, col, copy, loop, host ... */
  readonly kind: string;
  /** Floating-point operations of one run. */
  readonly flops: number;
  /** Bytes read and written by one run. */
  readonly bytes: number;
};

/** What a Program consists of and what it costs. */
export type ProgramReport = {
  readonly kernels: readonly KernelReport[];
  /** Views that could not be folded and became kernels of their own. */
  readonly copies: number;
  readonly flops: number;
  readonly bytes: number;
  /** Bytes of inputs, of outputs, and of everything between. */
  readonly inputBytes: number;
  readonly outputBytes: number;
  /** Greatest number of bytes that intermediate values occupy at once. */
  readonly peakBytes: number;
  /** Buffers of intermediate values, and how many stored values reuse an operand's buffer. */
  readonly buffers: number;
  readonly inPlace: number;
};

/** A compiled Graph. It is run by the backend that made it. */
export type Program = { readonly report: ProgramReport };

/** Live memory of a backend. */
export type MemoryUse = { readonly bytes: number; readonly buffers: number };

/**
 * A machine that runs Graphs. Execution is in order, and to its caller synchronous; only reading may
 * wait. A program that the host has a part in may run later: its outputs are buffers nevertheless, and
 * reading them tells if it failed.
 */
export type Backend = {
  readonly name: DeviceName;
  /** Whether `upload`, `compile` and `execute` may be called. */
  ready(): boolean;
  /** Opens the device; opens it anew if it was lost. */
  init(): Promise<void>;
  upload(storage: StorageArray, aval: Aval): DeviceBuffer;
  read(buffer: DeviceBuffer, aval: Aval): Promise<StorageArray>;
  /** Present where reading needs no waiting. */
  readSync?(buffer: DeviceBuffer, aval: Aval): StorageArray;
  /** Resolves when programs that run later have run; present where there may be some. */
  settled?(): Promise<void>;
  free(buffer: DeviceBuffer): void;
  /** Whether a buffer went with a device that has been opened anew since. */
  isLost?(buffer: DeviceBuffer): boolean;
  /** `donated[i]`: the program may overwrite input i and owns its buffer. Outputs are distinct and
   * no inputs. */
  compile(graph: Graph, donated: readonly boolean[]): Program;
  /** Runs a program; donated buffers belong to it, the returned ones to the caller. */
  execute(program: Program, inputs: readonly DeviceBuffer[]): DeviceBuffer[];
  memory(): MemoryUse;
  /** One line for people: adapter or processor, threads. */
  describe(): string;
};

const factories = new Map<DeviceName, () => Backend>();
const preferences = new Map<DeviceName, () => Promise<boolean>>();
const backends = new Map<DeviceName, Backend>();
let chosen: DeviceName | null = null;

/**
 * Makes a backend known; mod.ts does this for those that Graft has.
 *
 * @param options `isPreferred`: whether this machine should use it though nobody has asked for it;
 *   `init` asks, since finding out has to be waited for
 */
export function registerBackend(
  name: DeviceName,
  make: () => Backend,
  options: { readonly isPreferred?: () => Promise<boolean> } = {},
): void {
  factories.set(name, make);
  if (options.isPreferred) preferences.set(name, options.isPreferred);
}

/** Names of the registered backends. */
export function registeredDevices(): DeviceName[] {
  return [...factories.keys()];
}

/** The backend called `name`, made at its first use. */
export function backendOf(name: DeviceName): Backend {
  const made = backends.get(name);
  if (made) return made;
  const make = factories.get(name);
  if (!make) {
    const known = [...factories.keys()].map((known) => `"${known}"`).join(", ");
    throw new UnsupportedError(
      factories.size === 0
        ? "Cannot evaluate: no backend is registered; import mod.ts"
        : `Cannot use the device "${name}": the registered ones are ${known}`,
    );
  }
  const backend = make();
  backends.set(name, backend);
  return backend;
}

/** The backend of evaluations to come: `setDevice`'s, else the variable GRAFT_DEVICE, else the CPU. */
export function currentBackend(): Backend {
  chosen ??= deviceFromEnvironment() ?? defaultDevice();
  return backendOf(chosen);
}

/** Chooses the device of later evaluations; data from the host follows, computed data stays. */
export function setDevice(name: DeviceName): void {
  backendOf(name);
  chosen = name;
}

/** Chooses the device that the machine prefers, unless one has been chosen or used before. */
export async function choosePreferred(): Promise<void> {
  if (chosen !== null || deviceFromEnvironment() !== null) return;
  for (const [name, isPreferred] of preferences) {
    if (await isPreferred() && chosen === null) chosen = name;
  }
}

/** Every backend that has been used. */
export function usedBackends(): Backend[] {
  return [...backends.values()];
}

function defaultDevice(): DeviceName {
  return factories.has("cpu") ? "cpu" : [...factories.keys()][0] ?? "cpu";
}

function deviceFromEnvironment(): DeviceName | null {
  const name = environment("GRAFT_DEVICE");
  if (name === undefined || name === "") return null;
  if (name === "cpu" || name === "webgpu" || name === "reference") return name;
  throw new RangeError(
    `Cannot use GRAFT_DEVICE="${name}": the devices are "cpu", "webgpu" and "reference"`,
  );
}

/** A variable of the environment, undefined where there is none or it may not be read. */
export function environment(name: string): string | undefined {
  try {
    return globalThis.Deno?.env.get(name);
  } catch {
    return undefined;
  }
}
