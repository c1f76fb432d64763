import { add, currentBackend, init, ones, registeredDevices } from "../../mod.ts";
import type { Device, Wanted } from "./protocol.ts";

type Adapter = {
  readonly info?: {
    readonly vendor: string;
    readonly architecture: string;
    readonly description: string;
    readonly isFallbackAdapter?: boolean;
  };
};
type Gpu = { requestAdapter(): Promise<Adapter | null> };

/**
 * Chooses what computes: a graphics card, else the processor with as many threads as may share
 * memory. A WebGPU adapter that is software is slower than the processor itself, so it is taken only
 * when it is asked for.
 */
export async function chooseDevice(wanted: Wanted): Promise<Device> {
  const notes: string[] = [];
  if (wanted !== "cpu") {
    const { name, reason } = await tryWebGpu(wanted);
    if (name !== undefined) return { name, notes };
    notes.push(`not on WebGPU: ${reason}`);
  }
  await init({ device: "cpu" });
  if (!globalThis.crossOriginIsolated) {
    notes.push(
      "one thread: the page is not cross-origin isolated, so threads cannot share memory; serve it " +
        "with the COOP and COEP headers",
    );
  }
  return { name: currentBackend().describe().replace(/^cpu: /, ""), notes };
}

type Attempt = { readonly name?: string; readonly reason?: string };

async function tryWebGpu(wanted: Wanted): Promise<Attempt> {
  if (!registeredDevices().includes("webgpu")) {
    return { reason: "this build has no WebGPU backend" };
  }
  const { gpu } = navigator as unknown as { readonly gpu?: Gpu };
  if (!gpu) return { reason: "this browser does not offer it" };
  const adapter = await gpu.requestAdapter().catch(() => null);
  if (!adapter) return { reason: "no adapter was found" };
  const { info } = adapter;
  const name = [info?.vendor, info?.architecture, info?.description].filter(Boolean).join(" ");
  if (wanted === "auto" && isSoftware(info?.isFallbackAdapter, name)) {
    return { reason: `its only adapter, ${name || "nameless"}, is software` };
  }
  try {
    await init({ device: "webgpu" });
    const two = await add(ones([]), 1).item();
    if (two !== 2) return { reason: `it computes 1 + 1 = ${two}` };
    return { name: `WebGPU, ${name || currentBackend().describe()}` };
  } catch (error) {
    return { reason: (error as Error).message };
  }
}

function isSoftware(isFallback: boolean | undefined, name: string): boolean {
  return isFallback === true || /swiftshader|llvmpipe|lavapipe/i.test(name);
}
