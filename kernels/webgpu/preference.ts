import { findAdapter } from "./device.ts";
import { gpuProvider } from "./provider.ts";

/** Whether there is a graphics card: a software adapter is slower than the CPU backend. */
export async function hasGraphicsCard(): Promise<boolean> {
  try {
    const found = await findAdapter(gpuProvider());
    return found !== null && !found.isSoftware;
  } catch {
    return false;
  }
}
