import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { browserTest } from "../browser/_chromium.ts";
import { serveScript, wholeBundle } from "../browser/_script.ts";

type Computed = {
  readonly values: { readonly [name: string]: readonly number[] };
  /** Kernels that use subgroups, and kernels that bind an array in windows. */
  readonly subgroups: number;
  readonly windows: number;
};

browserTest({
  name: "webgpuBackend: subgroups and arrays in windows in a browser as on the CPU",
  fn: async (page) => {
    const server = serveScript(await wholeBundle());
    try {
      await page.goto(server.url);
      const gpu = await page.evaluate(compute, "webgpu");
      const cpu = await page.evaluate(compute, "cpu");
      assert(gpu.windows > 0);
      const hasSubgroups = await page.evaluate(async () => {
        const adapter = await navigator.gpu.requestAdapter();
        return adapter!.features.has("subgroups");
      });
      assertEquals(gpu.subgroups > 0, hasSubgroups);
      for (const [name, expected] of Object.entries(cpu.values)) {
        const found = gpu.values[name]!;
        assertEquals(found.length, expected.length, name);
        expected.forEach((v, i) =>
          assertAlmostEquals(found[i]!, v, 1e-4 * (1 + Math.abs(v)), name)
        );
      }
    } finally {
      await server.close();
    }
  },
});

/** Runs in the page: rows, products and gathers on a device whose bindings reach 4 KiB. */
async function compute(device: string): Promise<Computed> {
  const graft = await import("/script.js" as string);
  const codes: string[] = [];
  const { createShaderModule } = GPUDevice.prototype;
  GPUDevice.prototype.createShaderModule = function (descriptor) {
    codes.push(descriptor.code);
    return createShaderModule.call(this, descriptor);
  };
  graft.setGpuProvider({
    name: "a small device",
    gpu: () => navigator.gpu,
    readsAtOnce: false,
    features: ["subgroups"],
    limits: { maxStorageBufferBindingSize: 4096 },
  });
  await graft.init({ device });
  const x = graft.normal(graft.key(1), [30, 70]);
  const y = graft.normal(graft.key(2), [70, 32]);
  const ids = graft.tensor([3, 29, 0, 17], { dtype: "i32" });
  const halves = [graft.convert(y, "f16"), graft.convert(y, "bf16")];
  await graft.evaluate(halves);
  const products = halves.map((w) => graft.matmul(x, graft.convert(w, "f32")));
  const results = {
    products: graft.stack(products),
    softmax: graft.softmax(x),
    max: graft.max(x, { axes: [1] }),
    prod: graft.prod(graft.add(graft.mul(x, 0.01), 1), { axes: [1] }),
    any: graft.convert(graft.any(graft.less(x, -2), { axes: [1] }), "f32"),
    product: graft.matmul(x, y),
    norm: graft.sqrt(graft.sum(graft.square(graft.normal(graft.key(3), [9000])))),
    rows: graft.take(x, ids, { axis: 0 }),
    halves: graft.convert(graft.transpose(graft.convert(x, "f16")), "f32"),
  };
  const values: Record<string, number[]> = {};
  for (const [name, result] of Object.entries(results)) {
    values[name] = Array.from(await (result as { data(): Promise<Float32Array> }).data());
  }
  GPUDevice.prototype.createShaderModule = createShaderModule;
  return {
    values,
    subgroups: codes.filter((code) => code.startsWith("enable subgroups;")).length,
    windows: codes.filter((code) => code.includes("_read(at: u32)")).length,
  };
}
