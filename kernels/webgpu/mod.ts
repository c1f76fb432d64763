export { webgpuBackend } from "./backend.ts";
export { hasGraphicsCard } from "./preference.ts";
export { type GpuAdapterInfo, gpuAdapters } from "./adapters.ts";
export { type GpuLimits, type GpuProvider, setGpuProvider } from "./provider.ts";
