/** Where the WebGPU interface comes from. */
export type GpuProvider = {
  readonly name: string;
  /** The interface; null where there is none. */
  readonly gpu: () => GPU | null;
  /** Whether a buffer is readable as soon as `mapAsync` has been called, without waiting. */
  readonly readsAtOnce: boolean;
  /** Limits that are lower than the adapter's: shows what a smaller device would do. */
  readonly limits?: GpuLimits;
  /** Features of WebGPU that kernels use where they are granted: "shader-f16", "subgroups". */
  readonly features?: readonly string[];
};

/** Limits of a device, by their names in WebGPU. */
export type GpuLimits = {
  readonly maxBufferSize?: number;
  readonly maxStorageBufferBindingSize?: number;
  readonly maxStorageBuffersPerShaderStage?: number;
};

/** The browser's or Deno's own. */
const own: GpuProvider = {
  name: "navigator.gpu",
  gpu: () => globalThis.navigator?.gpu ?? null,
  readsAtOnce: typeof Deno !== "undefined",
};

let current: GpuProvider = own;

/**
 * Takes WebGPU from elsewhere than `navigator.gpu`, or uses less of it than there is. To be called
 * before the device "webgpu" is used for the first time.
 *
 * Dawn, the WebGPU of Chrome, is in the npm package `webgpu` as an addon for Node, which Deno loads
 * with `--allow-ffi --allow-read --allow-env`. It takes the drivers of the machine, and says on
 * standard error which of them it refuses (some versions of Mesa's lavapipe); on Linux
 * VK_DRIVER_FILES names another one, such as the SwiftShader that comes with Chromium.
 *
 * @example Dawn in Deno, tried with `webgpu` 0.6.2
 * ```ts ignore
 * import { create } from "npm:webgpu@0.6.2";
 * import { init, setGpuProvider } from "../mod.ts";
 *
 * const dawn = create([]); // kept: the process ends when it is collected
 * setGpuProvider({ name: "Dawn", gpu: () => dawn, readsAtOnce: false });
 * await init({ device: "webgpu" });
 * ```
 * @example A device with no more than every device has
 * ```ts ignore
 * setGpuProvider({
 *   name: "baseline",
 *   gpu: () => navigator.gpu,
 *   readsAtOnce: false,
 *   features: [],
 *   limits: { maxStorageBufferBindingSize: 2 ** 27, maxStorageBuffersPerShaderStage: 8 },
 * });
 * ```
 */
export function setGpuProvider(provider: GpuProvider): void {
  current = provider;
}

/** The provider in use. */
export function gpuProvider(): GpuProvider {
  return current;
}
