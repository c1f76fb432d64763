import { assert, assertEquals } from "@std/assert";
import { evaluate, init, jit, key, randint, setDevice, type Tensor } from "../../mod.ts";
import { valueAndGrad } from "../../autodiff/mod.ts";
import { gpt2Family } from "../../models/mod.ts";
import { causalLmLoss } from "../../nn/mod.ts";
import { type AdamState, adamw } from "../../optim/mod.ts";
import { type Adapter, graft, lora } from "../../peft/mod.ts";
import { openBackend } from "./_adapter.ts";

const hasAdapter = await openBackend() !== null;

type Counts = { pipelines: number; groups: number; dispatches: number; submits: number };

/** Runs and counts what is asked of WebGPU meanwhile. */
async function counted(f: () => Promise<void>): Promise<Counts> {
  const counts: Counts = { pipelines: 0, groups: 0, dispatches: 0, submits: 0 };
  const restore = [
    spy(GPUDevice.prototype, "createComputePipeline", () => counts.pipelines++),
    spy(GPUDevice.prototype, "createBindGroup", () => counts.groups++),
    spy(GPUComputePassEncoder.prototype, "dispatchWorkgroups", () => counts.dispatches++),
    spy(GPUQueue.prototype, "submit", () => counts.submits++),
  ];
  try {
    await f();
  } finally {
    for (const undo of restore) undo();
  }
  return counts;
}

/** Calls `note` before a method, until the returned function is called. */
function spy(prototype: object, name: string, note: () => void): () => void {
  const method = Reflect.get(prototype, name);
  Reflect.set(prototype, name, function (this: unknown, ...args: unknown[]): unknown {
    note();
    return Reflect.apply(method, this, args);
  });
  return () => void Reflect.set(prototype, name, method);
}

/** A LoRA step of a small GPT-2: each call runs it once. */
async function loraStep(layers: number): Promise<() => Promise<void>> {
  const config = gpt2Family.parseConfig({
    model_type: "gpt2",
    vocab_size: 64,
    n_positions: 8,
    n_embd: 24,
    n_head: 12,
    n_layer: layers,
  });
  const head = gpt2Family.head("causal-lm");
  const params = gpt2Family.init(key(0), config, { task: "causal-lm" });
  const ids = randint(key(1), [1, 8], { minval: 0, maxval: 64 });
  const adapter = lora.init(key(2), params, { r: 8, target_modules: ["c_attn"] });
  const optimizer = adamw(1e-3);
  const loss = (a: Adapter): Tensor =>
    causalLmLoss(head(graft(params, a), { input_ids: ids }, config).logits, ids);
  const step = jit((a: Adapter, state: AdamState) => {
    const { value, grad } = valueAndGrad(loss)(a);
    const [next, nextState] = optimizer.update(grad, state, a);
    return { value, next, nextState };
  }, { donate: [0, 1] });
  let current = { next: adapter as Adapter, nextState: optimizer.init(adapter as Adapter) };
  await evaluate(params, ids, current);
  return () => {
    const { value, ...rest } = step(current.next, current.nextState);
    value.dispose();
    current = rest;
    return Promise.resolve();
  };
}

Deno.test({
  name: "webgpuBackend: a step is one submit, records nothing anew, and layers share kernels",
  ignore: !hasAdapter,
  fn: async () => {
    await init({ device: "webgpu" });
    try {
      const two = await loraStep(2);
      const first = await counted(two);
      assert(first.pipelines > 0);
      for (let i = 0; i < 3; i++) await two();
      assertEquals(await counted(two), { ...first, pipelines: 0, groups: 0, submits: 1 });
      const five = await loraStep(5);
      const more = await counted(five);
      assertEquals(more.pipelines, 0);
      const six = await counted(await loraStep(6));
      const seven = await counted(await loraStep(7));
      assertEquals(seven.dispatches - six.dispatches, six.dispatches - more.dispatches);
    } finally {
      setDevice("cpu");
    }
  },
});
