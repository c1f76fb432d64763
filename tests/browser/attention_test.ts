import { assert } from "@std/assert";
import { browserTest } from "./_chromium.ts";
import { serveScript, wholeBundle } from "./_script.ts";

/** Runs in the page: attention, and gradients of its operands, one part of a row a thread and two. */
async function attend(device: string): Promise<{ device: string; values: number[][] }> {
  const graft = await import("/script.js" as string);
  await graft.init({ device });
  const values: number[][] = [];
  for (const size of [8, 72]) {
    const [query, key, value] = [0, 1, 2].map((i) => {
      return graft.normal(graft.key(i), [1, i === 0 ? 4 : 2, 20, size]);
    });
    const mask = graft.less(graft.uniform(graft.key(3), [20, 20]), 0.8);
    const loss = (inputs: unknown): unknown => {
      const y = graft.nn.attention(inputs, { causal: true, mask });
      return graft.sum(graft.mul(y, y));
    };
    const all = graft.valueAndGrad(loss)({ query, key, value });
    const results = [all.value, all.grad.query, all.grad.key, all.grad.value];
    for (const x of results) values.push(Array.from(await x.data()));
  }
  return { device: graft.currentBackend().describe(), values };
}

browserTest({
  name: "attention: WebGPU's kernels run in a browser as the CPU does",
  fn: async (page) => {
    const server = serveScript(await wholeBundle());
    try {
      await page.goto(server.url);
      const gpu = await page.evaluate(attend, "webgpu");
      const cpu = await page.evaluate(attend, "cpu");
      assert(gpu.device.startsWith("webgpu: "), gpu.device);
      cpu.values.forEach((expected, i) => {
        const scale = Math.max(...expected.map(Math.abs));
        expected.forEach((x, j) => {
          const found = gpu.values[i]![j]!;
          assert(Math.abs(found - x) <= 1e-4 * scale, `${i}, ${j}: ${found} is not ${x}`);
        });
      });
    } finally {
      await server.close();
    }
  },
});
