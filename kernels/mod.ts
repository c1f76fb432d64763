/**
 * Kernels: Graph to Program to machine. Three backends: the CPU's in
 * WebAssembly, WebGPU, and the reference.
 *
 * @module
 */
export { referenceBackend, runGraph } from "./reference.ts";
export { wasmBackend } from "./wasm/backend.ts";
export {
  type GpuAdapterInfo,
  gpuAdapters,
  type GpuLimits,
  type GpuProvider,
  hasGraphicsCard,
  setGpuProvider,
  webgpuBackend,
} from "./webgpu/mod.ts";
