/** Where the WebGPU interface comes from. */
export type GpuProvider = {
  readonly name: string;
  /** The interface; null where there is none. */
  readonly gpu: () => GPU | null;
  /** Whether a buffer is readable as soon as `mapAsync` has been called, without waiting. */
  readonly readsAtOnce: boolean;
};

/** The browser's or Deno's own. */
const own: GpuProvider = {
  name: "navigator.gpu",
  gpu: () => globalThis.navigator?.gpu ?? null,
  readsAtOnce: typeof Deno !== "undefined",
};

let current: GpuProvider = own;

/**
 * Takes WebGPU from elsewhere than `navigator.gpu`, say from a package with its own implementation.
 * To be called before the device "webgpu" is used for the first time.
 */
export function setGpuProvider(provider: GpuProvider): void {
  current = provider;
}

/** The provider in use. */
export function gpuProvider(): GpuProvider {
  return current;
}
