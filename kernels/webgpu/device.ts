import { UnsupportedError } from "../../core/mod.ts";
import type { ProductDevice } from "./product/tuning.ts";
import type { GpuProvider } from "./provider.ts";
import { canReadAtOnce } from "./read.ts";

/** Limits that are asked for as high as the adapter has them. */
const LIMITS = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
  "maxComputeWorkgroupStorageSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
] as const;

/** Features that are asked for one by one: adapters do not list all that they grant. */
const FEATURES = ["shader-f16", "subgroups", "timestamp-query"] as const;

/** A device, and what it can do. */
export type Device = ProductDevice & {
  readonly gpu: GPUDevice;
  /** Whether what is computed can be read without waiting. */
  readonly readsAtOnce: boolean;
  readonly features: ReadonlySet<string>;
  /** Storage buffers of a kernel. */
  readonly maxBindings: number;
  /** Bytes of a buffer that a kernel can bind. */
  readonly maxBytes: number;
};

/** The adapter's name and kind; null where there is none. */
export async function findAdapter(
  provider: GpuProvider,
): Promise<{ adapter: GPUAdapter; name: string; isSoftware: boolean } | null> {
  const gpu = provider.gpu();
  const adapter = await gpu?.requestAdapter({ powerPreference: "high-performance" }) ?? null;
  if (!adapter) return null;
  const { vendor, architecture, device, description } = adapter.info;
  const name = description || [vendor, architecture, device].filter((part) => part).join(" ");
  const isSoftware = isFallback(adapter) || /llvmpipe|lavapipe|swiftshader/i.test(name);
  return { adapter, name: name || "unnamed adapter", isSoftware };
}

/**
 * A device of the provider's adapter with all that it grants.
 *
 * @throws {UnsupportedError} if there is no adapter
 */
export async function openDevice(provider: GpuProvider): Promise<Device> {
  const found = await findAdapter(provider);
  if (!found) {
    throw new UnsupportedError(
      `Cannot use the device "webgpu": ${provider.name} has no adapter; use the device "cpu", or ` +
        "install a driver (on Linux: libvulkan1 and the card's Vulkan driver)",
    );
  }
  const { adapter, name, isSoftware } = found;
  const features = new Set<string>();
  let device: GPUDevice | null = null;
  // Some providers refuse a second device of the same adapter: what is listed is asked for first.
  const listed = FEATURES.filter((feature) => adapter.features.has(feature));
  const hidden = provider.readsAtOnce ? FEATURES.filter((f) => !listed.includes(f)) : [];
  for (const wanted of [[...listed, ...hidden], listed, []]) {
    device = await tryDevice(adapter, wanted);
    if (!device) continue;
    for (const feature of wanted) features.add(feature);
    break;
  }
  if (!device) throw new UnsupportedError(`Cannot use the device "webgpu": ${name} refuses one`);
  const { limits } = device;
  return {
    gpu: device,
    name,
    isSoftware,
    features,
    readsAtOnce: provider.readsAtOnce && canReadAtOnce(device),
    maxBindings: limits.maxStorageBuffersPerShaderStage,
    maxBytes: Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize),
    workgroupBytes: limits.maxComputeWorkgroupStorageSize,
    invocations: limits.maxComputeInvocationsPerWorkgroup,
  };
}

async function tryDevice(
  adapter: GPUAdapter,
  requiredFeatures: readonly GPUFeatureName[],
): Promise<GPUDevice | null> {
  const requiredLimits: Record<string, number> = {};
  for (const limit of LIMITS) {
    const value = adapter.limits[limit];
    if (value !== undefined) requiredLimits[limit] = Math.min(value, 2 ** 40);
  }
  try {
    return await adapter.requestDevice({ requiredFeatures: [...requiredFeatures], requiredLimits });
  } catch (error) {
    if (requiredFeatures.length > 0) return null;
    throw error;
  }
}

function isFallback(adapter: GPUAdapter): boolean {
  return Reflect.get(adapter.info, "isFallbackAdapter") === true ||
    Reflect.get(adapter, "isFallbackAdapter") === true;
}
