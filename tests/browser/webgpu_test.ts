import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import type { Page } from "npm:playwright-core@1.65.1";
import { browserTest } from "./_chromium.ts";
import { serveScript, wholeBundle } from "./_script.ts";

/** Runs `fn` on an empty page that can import the bundle. */
function bundleTest(name: string, fn: (page: Page) => Promise<void>): void {
  browserTest({
    name,
    fn: async (page) => {
      const server = serveScript(await wholeBundle());
      try {
        await page.goto(server.url);
        await fn(page);
      } finally {
        await server.close();
      }
    },
  });
}

bundleTest("webgpuBackend: a GPT-2 learns with LoRA in a browser as on the CPU", async (page) => {
  const gpu = await page.evaluate(learn, "webgpu");
  const cpu = await page.evaluate(learn, "cpu");
  assert(gpu.device.startsWith("webgpu: "), gpu.device);
  gpu.losses.forEach((loss, i) => assert(Math.abs(loss - cpu.losses[i]!) < 1e-4));
  assert(gpu.losses.at(-1)! < gpu.losses[0]!);
  assertEquals(gpu.live.at(-1), gpu.live[2]);
});

bundleTest(
  "webgpuBackend: what the host has a part in runs in a browser as on the CPU",
  async (page) => {
    const gpu = await page.evaluate(hostParts, "webgpu");
    const cpu = await page.evaluate(hostParts, "cpu");
    assert(gpu.device.startsWith("webgpu: "), gpu.device);
    for (const [name, expected] of Object.entries(cpu.values)) {
      const found = gpu.values[name]!;
      assertEquals(found.length, expected.length, name);
      expected.forEach((v, i) => assertAlmostEquals(found[i]!, v, 1e-3 * (1 + Math.abs(v)), name));
    }
  },
);

type Learned = {
  readonly device: string;
  readonly losses: readonly number[];
  readonly live: readonly number[];
};

/** Runs in the page: the losses of some steps, and the bytes that are live after each. */
async function learn(device: string): Promise<Learned> {
  const graft = await import("/script.js" as string);
  await graft.init({ device });
  const { gpt2Family } = graft.models;
  const config = gpt2Family.parseConfig({
    model_type: "gpt2",
    vocab_size: 50,
    n_positions: 16,
    n_embd: 48,
    n_head: 4,
    n_layer: 1,
  });
  const params = gpt2Family.init(graft.key(0), config, { task: "causal-lm" });
  const ids = graft.randint(graft.key(1), [2, 16], { minval: 0, maxval: 50 });
  const options = { r: 4, target_modules: ["c_attn"] };
  const adapter = graft.peft.lora.init(graft.key(2), params, options);
  const optimizer = graft.optim.adamw(1e-2);
  const head = gpt2Family.head("causal-lm");
  const loss = (a: unknown): unknown =>
    graft.nn.causalLmLoss(
      head(graft.peft.graft(params, a), { input_ids: ids }, config).logits,
      ids,
    );
  await graft.evaluate(params, ids, adapter);
  const step = graft.jit((a: unknown, state: unknown) => {
    const { value, grad } = graft.valueAndGrad(loss)(a);
    const [next, nextState] = optimizer.update(grad, state, a);
    return { value, next, nextState };
  }, { donate: [0, 1] });
  let current = { next: adapter, nextState: optimizer.init(adapter) };
  await graft.evaluate(current);
  const losses: number[] = [];
  const live: number[] = [];
  for (let i = 0; i < 5; i++) {
    const { value, ...rest } = step(current.next, current.nextState);
    losses.push(await value.item());
    value.dispose();
    live.push(graft.backendOf(device).memory().bytes);
    current = rest;
  }
  return { device: graft.currentBackend().describe(), losses, live };
}

type Computed = {
  readonly device: string;
  readonly values: { readonly [name: string]: readonly number[] };
};

/** Runs in the page: loops and choices by computed values, and linear algebra that the host does. */
async function hostParts(device: string): Promise<Computed> {
  const graft = await import("/script.js" as string);
  await graft.init({ device });
  const { add, cholesky, cond, eigh, grad, jit, less, mul, qr, scan, sum, svd, tensor } = graft;
  const symmetric = tensor([[4, 1, 0.5], [1, 3, 0.2], [0.5, 0.2, 2]]);
  const power = (bound: unknown): unknown =>
    graft.whileLoop((x: unknown) => less(x, bound), (x: unknown) => mul(x, 3), tensor(1));
  const choose = (x: unknown): unknown =>
    cond(less(x, 3), (y: unknown) => mul(y, 2), (y: unknown) => add(y, 7), x);
  const step = jit((x: unknown) => add(x, power(x)), { donate: [0] });
  let state = add(graft.ones([]), 0);
  await graft.evaluate(state);
  for (let i = 0; i < 5; i++) state = step(state);
  const results = {
    cond: graft.stack([choose(tensor(1)), choose(tensor(5))]),
    whileLoop: power(tensor(100)),
    whileInScan:
      scan((c: unknown, x: unknown) => [add(c, power(x)), c], tensor(0), tensor([2, 10]))[0],
    donated: state,
    cholesky: cholesky(symmetric),
    choleskyGrad: grad((x: unknown) => sum(cholesky(x)))(symmetric),
    eigh: eigh(symmetric)[0],
    svd: svd(symmetric)[1],
    qr: graft.matmul(...qr(symmetric)),
    solve: graft.solve(symmetric, tensor([1, 2, 3])),
    triangularSolve: graft.triangularSolve(cholesky(symmetric), tensor([[1], [2], [3]])),
    det: graft.det(symmetric),
    later: mul(cholesky(symmetric), power(tensor(10))),
  };
  const values: Record<string, number[]> = {};
  for (const [name, result] of Object.entries(results)) {
    values[name] = Array.from(await (result as { data(): Promise<Float32Array> }).data());
  }
  return { device: graft.currentBackend().describe(), values };
}
