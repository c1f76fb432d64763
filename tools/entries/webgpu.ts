/** The core for pages that compute on WebGPU alone. */
import { registerBackend } from "../../core/mod.ts";
import { webgpuBackend } from "../../kernels/mod.ts";

export * from "../../autodiff/mod.ts";
export * from "../../core/mod.ts";

registerBackend("webgpu", webgpuBackend);
