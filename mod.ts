/**
 * Graft: purely functional tensors, autodiff, models and PEFT for Deno and the browser.
 *
 * @module
 */
import { registerBackend } from "./core/mod.ts";
import { hasGraphicsCard, referenceBackend, wasmBackend, webgpuBackend } from "./kernels/mod.ts";

export * from "./autodiff/mod.ts";
export * from "./core/mod.ts";
export {
  type GpuAdapterInfo,
  gpuAdapters,
  type GpuLimits,
  type GpuProvider,
  setGpuProvider,
} from "./kernels/mod.ts";

registerBackend("cpu", wasmBackend);
registerBackend("webgpu", webgpuBackend, { isPreferred: hasGraphicsCard });
registerBackend("reference", referenceBackend);
