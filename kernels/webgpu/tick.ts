import type { Engine } from "./engine.ts";
import { USAGE } from "./usage.ts";

const found = new WeakMap<GPUDevice, Promise<number>>();

/** Milliseconds between the two times that are compared. */
const PAUSE = 30;

/**
 * Nanoseconds of a tick of the device's timestamps. The standard wants ticks of one; wgpu may hand on
 * those of the device, which take 10 to 83 on some, and does not say so: they are compared with the
 * host's clock.
 */
export function nanosecondsPerTick(engine: Engine): Promise<number> {
  const { gpu, readsAtOnce } = engine.device;
  const known = found.get(gpu) ?? (readsAtOnce ? measureTick(engine) : Promise.resolve(1));
  found.set(gpu, known);
  return known;
}

async function measureTick({ device: { gpu }, reader }: Engine): Promise<number> {
  const querySet = gpu.createQuerySet({ type: "timestamp", count: 2 });
  const buffer = gpu.createBuffer({ size: 16, usage: USAGE.queryResolve | USAGE.copySource });
  const stamp = async (): Promise<readonly [host: number, device: bigint]> => {
    const encoder = gpu.createCommandEncoder();
    const timestampWrites = { querySet, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 };
    encoder.beginComputePass({ timestampWrites }).end();
    encoder.resolveQuerySet(querySet, 0, 2, buffer, 0);
    const host = performance.now();
    gpu.queue.submit([encoder.finish()]);
    return [host, new BigUint64Array((await reader.read(buffer, 16)).buffer)[0]!];
  };
  const [host, device] = await stamp();
  await new Promise((resolve) => setTimeout(resolve, PAUSE));
  const [laterHost, laterDevice] = await stamp();
  querySet.destroy();
  buffer.destroy();
  const ratio = 1e6 * (laterHost - host) / Number(laterDevice - device);
  // The comparison is rough: it only tells ticks that are far from a nanosecond.
  return ratio > 3 && Number.isFinite(ratio) ? ratio : 1;
}
