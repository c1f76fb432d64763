import { assertEquals, assertStringIncludes } from "@std/assert";
import { hasGraphicsCard } from "../../kernels/mod.ts";
import { findAdapter } from "../../kernels/webgpu/device.ts";
import { gpuAdapters } from "../../mod.ts";
import { type GpuProvider, gpuProvider } from "../../kernels/webgpu/provider.ts";
import { run } from "../cli/_run.ts";
import { withProvider } from "./_provider.ts";

const adapter = await findAdapter(gpuProvider());
const ignore = adapter === null;

/** An adapter under another name. */
function named(description: string, changes: object = {}): GpuProvider {
  const info = { vendor: "", architecture: "", device: "", description, ...changes };
  const { features, limits } = adapter!.adapter;
  const requestAdapter = () => Promise.resolve({ info, features, limits } as unknown as GPUAdapter);
  return { ...gpuProvider(), gpu: () => ({ requestAdapter }) as unknown as GPU };
}

const nothing: GpuProvider = { name: "nothing", gpu: () => null, readsAtOnce: false };

Deno.test({
  name: "hasGraphicsCard: a card by its name, no software and no fallback",
  ignore,
  fn: async () => {
    const cases: readonly (readonly [GpuProvider, boolean])[] = [
      [named("NVIDIA H100"), true],
      [named("", { vendor: "apple", architecture: "metal-3" }), true],
      [named("llvmpipe (LLVM 15.0.6, 256 bits)"), false],
      [named("", { vendor: "google", architecture: "swiftshader" }), false],
      [named("Microsoft Basic Render Driver"), false],
      [named("some card", { isFallbackAdapter: true }), false],
      [nothing, false],
    ];
    for (const [provider, isCard] of cases) {
      await withProvider(provider, async () => assertEquals(await hasGraphicsCard(), isCard));
    }
  },
});

/** Runs a program that prints the device which `init` has chosen. */
async function chosenDevice(description: string, device?: string): Promise<string> {
  const root = new URL("../../mod.ts", import.meta.url).href;
  const program = `
    import { currentBackend, init, setGpuProvider } from "${root}";
    const requestAdapter = async (options) => {
      const adapter = await navigator.gpu.requestAdapter(options);
      const { features, limits } = adapter;
      const info = { description: "${description}" };
      return { features, limits, info, requestDevice: (wanted) => adapter.requestDevice(wanted) };
    };
    setGpuProvider({ name: "renamed", gpu: () => ({ requestAdapter }), readsAtOnce: true });
    await init();
    console.log(currentBackend().name);
    Deno.exit(0);`;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-check", program],
    env: { GRAFT_DEVICE: device ?? "" },
    stderr: "null",
  }).output();
  return new TextDecoder().decode(stdout).trim();
}

Deno.test({
  name: "init: a graphics card if there is one, else the CPU; software where it is asked for",
  ignore,
  fn: async () => {
    assertEquals(await chosenDevice("NVIDIA H100"), "webgpu");
    assertEquals(await chosenDevice("llvmpipe"), "cpu");
    assertEquals(await chosenDevice("llvmpipe", "webgpu"), "webgpu");
    assertEquals(await chosenDevice("NVIDIA H100", "cpu"), "cpu");
  },
});

Deno.test({
  name: "gpuAdapters, graft info: every adapter once, with its limits",
  ignore,
  fn: async () => {
    const adapters = await gpuAdapters();
    assertEquals(new Set(adapters.map(({ name }) => name)).size, adapters.length);
    const { out } = await run("info");
    for (const { name } of adapters) assertStringIncludes(out, `  adapter: ${name} (`);
    await withProvider(nothing, async () => assertEquals(await gpuAdapters(), []));
  },
});
