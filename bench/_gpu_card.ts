import { median, now } from "./_stats.ts";

/** What a benchmark says of the card beneath it. */
export type Card = {
  readonly name: string;
  /** An adapter that runs on the CPU: figures say nothing about a GPU. */
  readonly isSoftware: boolean;
  /** f32 GFLOP/s outside tensor cores by the vendor's data sheet; null if unknown. */
  readonly peak: number | null;
  /** GB/s that a copy within the device reads and writes. */
  readonly copyRate: number;
};

// The uses of a buffer by their numbers: the library of types lacks GPUBufferUsage.
const COPY_SRC = 4;
const COPY_DST = 8;

/** TFLOP/s in f32 by the data sheets, boost clock; the first name that the adapter's contains. */
const PEAKS: readonly (readonly [name: string, tflops: number])[] = [
  ["H200", 66.9],
  ["H100 PCIe", 51.2],
  ["H100", 66.9],
  ["A100", 19.5],
  ["L40S", 91.6],
  ["L4", 30.3],
  ["T4", 8.1],
  ["V100", 15.7],
  ["RTX 4090", 82.6],
  ["RTX 4080", 48.7],
  ["RTX 3090", 35.6],
  ["RTX 3080", 29.8],
  ["RX 7900 XTX", 61.4],
];

/** The default card; null if there is no WebGPU adapter. The variable GRAFT_PEAK_TFLOPS wins. */
export async function probeCard(): Promise<Card | null> {
  const adapter = await globalThis.navigator?.gpu?.requestAdapter({
    powerPreference: "high-performance",
  });
  if (!adapter) return null;
  const { info, limits } = adapter;
  const name = info.description || [info.vendor, info.architecture, info.device].join(" ");
  const isSoftware = info.isFallbackAdapter || /llvmpipe|lavapipe|swiftshader/i.test(name);
  const stated = Number(Deno.env.get("GRAFT_PEAK_TFLOPS") ?? NaN);
  const known = PEAKS.find(([part]) => name.includes(part))?.[1] ?? null;
  const peak = stated > 0 ? stated : known;
  const size = Math.min(isSoftware ? 2 ** 24 : 2 ** 28, limits.maxBufferSize);
  const device = await adapter.requestDevice({ requiredLimits: { maxBufferSize: size } });
  const copyRate = await measureCopy(device, size);
  device.destroy();
  return { name, isSoftware, peak: peak === null ? null : peak * 1000, copyRate };
}

/** GB/s of copies between two buffers, read and written bytes counted. */
async function measureCopy(device: GPUDevice, size: number): Promise<number> {
  const usage = COPY_SRC | COPY_DST;
  const [from, to] = [device.createBuffer({ size, usage }), device.createBuffer({ size, usage })];
  const copy = async (times: number): Promise<number> => {
    const start = now();
    const encoder = device.createCommandEncoder();
    for (let i = 0; i < times; i++) encoder.copyBufferToBuffer(from, 0, to, 0, size);
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
    return now() - start;
  };
  await copy(1);
  // Waiting has a price of its own, at least 10 ms in Deno: the difference of two lengths has not.
  const rates: number[] = [];
  for (let i = 0; i < 5; i++) {
    const [short, long] = [await copy(2), await copy(22)];
    if (long > short) rates.push(20 * 2 * size / 1e6 / (long - short));
  }
  return rates.length > 0 ? median(rates) : NaN;
}

/** Submits and dispatches so far, from now on. */
export function countCalls(): { submits: number; dispatches: number } {
  const counts = { submits: 0, dispatches: 0 };
  const queue = GPUQueue.prototype;
  const { submit } = queue;
  queue.submit = function (buffers) {
    counts.submits++;
    return submit.call(this, buffers);
  };
  const pass = GPUComputePassEncoder.prototype;
  const { dispatchWorkgroups } = pass;
  pass.dispatchWorkgroups = function (...groups) {
    counts.dispatches++;
    return dispatchWorkgroups.apply(this, groups);
  };
  return counts;
}
