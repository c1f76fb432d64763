import { type Backend, backendOf } from "../../mod.ts";
import { findAdapter } from "../../kernels/webgpu/device.ts";
import { gpuProvider } from "../../kernels/webgpu/provider.ts";

/** The WebGPU backend, made ready; null, after one line, where there is no adapter. */
export async function openBackend(): Promise<Backend | null> {
  if (!await findAdapter(gpuProvider())) {
    if (Deno.env.get("GRAFT_REQUIRE_WEBGPU") === "1") {
      throw new Error("Cannot test WebGPU: there is no adapter, and GRAFT_REQUIRE_WEBGPU is 1");
    }
    console.log("There is no WebGPU adapter: its backend is not tested");
    return null;
  }
  const backend = backendOf("webgpu");
  await backend.init();
  return backend;
}
