import { describeAdapter } from "./device.ts";
import { gpuProvider } from "./provider.ts";

/** An adapter of WebGPU: a graphics card, or software that does as if. */
export type GpuAdapterInfo = {
  readonly name: string;
  readonly isSoftware: boolean;
  /** Bytes of a buffer, and of what one binding reaches. */
  readonly bufferBytes: number;
  readonly bindingBytes: number;
  /** Features that it lists; a device may grant more. */
  readonly features: readonly string[];
};

/** What is asked for: providers show one adapter for each wish. */
const WISHES: readonly GPURequestAdapterOptions[] = [
  { powerPreference: "high-performance" },
  { powerPreference: "low-power" },
  { forceFallbackAdapter: true },
];

/** The adapters that the WebGPU provider shows, the one that Graft uses first. */
export async function gpuAdapters(): Promise<readonly GpuAdapterInfo[]> {
  const gpu = gpuProvider().gpu();
  const found = new Map<string, GpuAdapterInfo>();
  for (const wish of WISHES) {
    const adapter = await gpu?.requestAdapter(wish).catch(() => null);
    if (!adapter) continue;
    const { name, isSoftware } = describeAdapter(adapter);
    if (found.has(name)) continue;
    found.set(name, {
      name,
      isSoftware,
      bufferBytes: adapter.limits.maxBufferSize,
      bindingBytes: adapter.limits.maxStorageBufferBindingSize,
      features: [...adapter.features],
    });
  }
  return [...found.values()];
}
