import { assert, assertEquals } from "@std/assert";
import { servePage } from "../../examples/browser/serve.ts";
import { bundle } from "../../tools/bundle.ts";
import { launchChromium, NO_BROWSER } from "./_chromium.ts";

const ROOT = new URL("../../", import.meta.url);

Deno.test({
  name: "webgpuBackend: a GPT-2 learns with LoRA in a browser as it does on the CPU",
  ignore: NO_BROWSER,
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async () => {
    const script = await bundle(new URL("browser.ts", ROOT));
    const server = servePage(
      new Map([
        ["/", { type: "text/html", body: "<!DOCTYPE html><title>graft</title>" }],
        ["/graft.js", { type: "text/javascript", body: script }],
      ]),
    );
    const browser = await launchChromium();
    try {
      const page = await browser.newPage();
      await page.goto(server.url);
      const gpu = await page.evaluate(learn, "webgpu");
      const cpu = await page.evaluate(learn, "cpu");
      assert(gpu.device.startsWith("webgpu: "), gpu.device);
      gpu.losses.forEach((loss, i) => assert(Math.abs(loss - cpu.losses[i]!) < 1e-4));
      assert(gpu.losses.at(-1)! < gpu.losses[0]!);
      assertEquals(gpu.live.at(-1), gpu.live[2]);
    } finally {
      await browser.close();
      await server.close();
    }
  },
});

type Learned = {
  readonly device: string;
  readonly losses: readonly number[];
  readonly live: readonly number[];
};

/** Runs in the page: the losses of some steps, and the bytes that are live after each. */
async function learn(device: string): Promise<Learned> {
  const graft = await import("/graft.js" as string);
  await graft.init({ device });
  const { gpt2Family } = graft.models;
  const config = gpt2Family.parseConfig({
    model_type: "gpt2",
    vocab_size: 50,
    n_positions: 16,
    n_embd: 48,
    n_head: 4,
    n_layer: 2,
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
  for (let i = 0; i < 6; i++) {
    const { value, ...rest } = step(current.next, current.nextState);
    losses.push(await value.item());
    value.dispose();
    live.push(graft.backendOf(device).memory().bytes);
    current = rest;
  }
  return { device: graft.currentBackend().describe(), losses, live };
}
