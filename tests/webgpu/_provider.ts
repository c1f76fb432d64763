import { type GpuProvider, gpuProvider, setGpuProvider } from "../../kernels/webgpu/provider.ts";

/** Runs with another provider, and puts the first one back. */
export async function withProvider(provider: GpuProvider, f: () => Promise<void>): Promise<void> {
  const before = gpuProvider();
  setGpuProvider(provider);
  try {
    await f();
  } finally {
    setGpuProvider(before);
  }
}

/** The provider in use, whose devices are kept. */
export function spying(devices: GPUDevice[]): GpuProvider {
  const real = gpuProvider();
  const requestAdapter = async (options?: GPURequestAdapterOptions): Promise<GPUAdapter | null> => {
    const adapter = await real.gpu()!.requestAdapter(options);
    const requestDevice = async (descriptor?: GPUDeviceDescriptor): Promise<GPUDevice> => {
      const device = await adapter!.requestDevice(descriptor);
      devices.push(device);
      return device;
    };
    return adapter &&
      {
        ...adapter,
        features: adapter.features,
        limits: adapter.limits,
        info: adapter.info,
        requestDevice,
      };
  };
  return { ...real, gpu: () => ({ requestAdapter }) as unknown as GPU };
}
