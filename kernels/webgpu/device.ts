import { UnsupportedError } from "../../core/mod.ts";
import { environment } from "../../core/internal.ts";
import { probeSwitches } from "./probe.ts";
import type { ProductDevice } from "./product/tuning.ts";
import type { GpuLimits, GpuProvider } from "./provider.ts";
import { canReadAtOnce } from "./read.ts";
import type { Switches } from "./wgsl/mod.ts";

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

/** Mesa's software adapter takes more for an endless loop (LP_MAX_TGSI_LOOP_ITERATIONS). */
const LLVMPIPE_TURNS = 65535;

/** A device, and what it can do. */
export type Device = ProductDevice & {
  readonly gpu: GPUDevice;
  /** Whether what is computed can be read without waiting. */
  readonly readsAtOnce: boolean;
  readonly features: ReadonlySet<string>;
  /** What its kernels use beyond the baseline. */
  readonly switches: Switches;
  /** Storage buffers of a kernel. */
  readonly maxBindings: number;
  /** Bytes of a buffer that one binding reaches; larger buffers are bound as several windows. */
  readonly windowBytes: number;
  /** Bytes of a buffer, at most. */
  readonly maxBytes: number;
  /** Turns after which an invocation's loops end, whatever they say. */
  readonly maxTurns: number;
};

/** The adapter's name and kind; null where there is none. */
export async function findAdapter(
  provider: GpuProvider,
): Promise<{ adapter: GPUAdapter; name: string; isSoftware: boolean } | null> {
  const gpu = provider.gpu();
  const adapter = await gpu?.requestAdapter({ powerPreference: "high-performance" }) ?? null;
  return adapter && { adapter, ...describeAdapter(adapter) };
}

/** An adapter's name, and whether it runs on the CPU. */
export function describeAdapter(
  adapter: GPUAdapter,
): { readonly name: string; readonly isSoftware: boolean } {
  const { vendor, architecture, device, description } = adapter.info;
  const name = description || [vendor, architecture, device].filter((part) => part).join(" ");
  const isSoftware = isFallback(adapter) ||
    /llvmpipe|lavapipe|swiftshader|basic render/i.test(name);
  return { name: name || "unnamed adapter", isSoftware };
}

/**
 * A device of the provider's adapter with all that it grants.
 *
 * @throws {UnsupportedError} if there is no adapter, or it refuses
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
  const { device, features } = await requestDevice(adapter, name, provider);
  const { limits } = device;
  const used = usedFeatures(features, provider, isSoftware);
  const limitOf = (name: keyof GpuLimits): number =>
    Math.min(limits[name], provider.limits?.[name] ?? Infinity);
  return {
    gpu: device,
    name,
    isSoftware,
    features,
    switches: await probeSwitches(device, used),
    readsAtOnce: provider.readsAtOnce && canReadAtOnce(device),
    maxBindings: limitOf("maxStorageBuffersPerShaderStage"),
    windowBytes: roundDown(limitOf("maxStorageBufferBindingSize")),
    maxBytes: roundDown(limitOf("maxBufferSize")),
    maxTurns: /llvmpipe/i.test(name) ? LLVMPIPE_TURNS : Infinity,
    workgroupBytes: limits.maxComputeWorkgroupStorageSize,
    invocations: limits.maxComputeInvocationsPerWorkgroup,
  };
}

/**
 * The features that kernels use: those that the provider or the variable GRAFT_WEBGPU_FEATURES names
 * ("none", or "shader-f16,subgroups"), else all of a graphics card and none of a software adapter.
 */
function usedFeatures(
  granted: ReadonlySet<string>,
  provider: GpuProvider,
  isSoftware: boolean,
): ReadonlySet<string> {
  const named = provider.features ?? environment("GRAFT_WEBGPU_FEATURES")?.split(",");
  const wanted = named ?? (isSoftware ? [] : [...granted]);
  return new Set(wanted.map((name) => name.trim()).filter((name) => granted.has(name)));
}

/** A device with as many features as the adapter grants, and with its own limits. */
async function requestDevice(
  adapter: GPUAdapter,
  name: string,
  { readsAtOnce }: GpuProvider,
): Promise<{ readonly device: GPUDevice; readonly features: ReadonlySet<string> }> {
  const requiredLimits: Record<string, number> = {};
  for (const limit of LIMITS) {
    const value = adapter.limits[limit];
    if (value !== undefined) requiredLimits[limit] = Math.min(value, 2 ** 40);
  }
  // Some providers refuse a second device of the same adapter: what is listed is asked for first.
  const listed = FEATURES.filter((feature) => adapter.features.has(feature));
  const hidden = readsAtOnce ? FEATURES.filter((f) => !listed.includes(f)) : [];
  let refusal: unknown;
  for (const wanted of [[...listed, ...hidden], listed, []]) {
    try {
      const device = await adapter.requestDevice({ requiredFeatures: wanted, requiredLimits });
      return { device, features: new Set(wanted) };
    } catch (error) {
      refusal = error;
    }
  }
  const why = refusal instanceof Error ? refusal.message : String(refusal);
  throw new UnsupportedError(
    `Cannot use the device "webgpu": ${name} refuses one (${why}); call setDevice("cpu")`,
  );
}

/** Windows start at multiples of any device's alignment, and hold whole quads. */
function roundDown(bytes: number): number {
  return bytes - bytes % 256;
}

function isFallback(adapter: GPUAdapter): boolean {
  return Reflect.get(adapter.info, "isFallbackAdapter") === true ||
    Reflect.get(adapter, "isFallbackAdapter") === true;
}
