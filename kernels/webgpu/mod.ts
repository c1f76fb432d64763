export { webgpuBackend } from "./backend.ts";
export { hasGraphicsCard } from "./preference.ts";
export { type GpuProvider, setGpuProvider } from "./provider.ts";
