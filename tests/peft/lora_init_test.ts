import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { key, normal, setDevice, sub, type Tensor, type Tree, treeEntries } from "../../mod.ts";
import {
  adapterToFiles,
  type InitOptions,
  lora,
  type LoraAdapter,
  type LoraConfig,
  merge,
  residual,
  toPlainLora,
} from "../../peft/mod.ts";
import { relativeError } from "../golden/compare.ts";
import { openCase, openModel } from "./_golden_case.ts";
import { checkOutputs, checkTensors, checkTraining } from "./_golden_check.ts";

setDevice("reference");

const PARAMS = { q: { weight: normal(key(1), [12, 8]) } };

function init(options: InitOptions<LoraConfig>): LoraAdapter {
  return lora.init(key(0), PARAMS, { r: 4, lora_alpha: 6, target_modules: ["q"], ...options });
}

async function largest(x: Tensor): Promise<number> {
  return Math.max(...Array.from(await x.data(), Math.abs));
}

/** How far the adapter moves the weight. */
async function change(adapter: LoraAdapter, params: Tree = PARAMS): Promise<number> {
  const merged = merge(params as typeof PARAMS, adapter).q.weight;
  return await largest(sub(merged, PARAMS.q.weight));
}

Deno.test("lora.init: starts from the model as it is", async () => {
  for (const init_lora_weights of [true, "gaussian"]) {
    const adapter = init({ init_lora_weights });
    assertEquals(await change(adapter), 0);
    assert(await largest(adapter.fields.modules.q!.lora_A!.weight) > 0);
  }
  const bound = 1 / Math.sqrt(8);
  assert(await largest(init({}).fields.modules.q!.lora_A!.weight) <= bound);
});

Deno.test("lora.init: init_lora_weights false moves the model, orthogonal hardly", async () => {
  assert(await change(init({ init_lora_weights: false })) > 0.01);
  assert(await change(init({ init_lora_weights: "orthogonal" })) < 1e-5);
});

Deno.test("lora.init: the tensors of a module do not depend on its neighbours", async () => {
  const more = { ...PARAMS, k: PARAMS.q };
  const both = lora.init(key(0), more, { r: 4, target_modules: ["q", "k"] });
  const a = await init({}).fields.modules.q!.lora_A!.weight.data();
  assertEquals(await both.fields.modules.q!.lora_A!.weight.data(), a);
});

for (const init_lora_weights of ["pissa", "pissa_niter_4", "olora"]) {
  Deno.test(`residual: ${init_lora_weights} leaves the model as it is`, async () => {
    const adapter = init({ init_lora_weights });
    const base = residual(PARAMS, adapter);
    assert(await largest(sub(base.q.weight, PARAMS.q.weight)) > 0.01);
    assertAlmostEquals(await change(adapter, base), 0, 1e-5);
    const plain = toPlainLora(adapter, adapter);
    assertAlmostEquals(await change(plain), 0, 1e-5);
    assertEquals(plain.fields.modules.q!.lora_A!.weight.shape, [8, 8]);
  });
}

Deno.test("lora.init: DoRA starts from the norms of the weights", async () => {
  assertAlmostEquals(await change(init({ use_dora: true })), 0, 1e-6);
  const moved = init({ use_dora: true, init_lora_weights: false });
  const same = init({ init_lora_weights: false });
  const difference = sub(merge(PARAMS, moved).q.weight, merge(PARAMS, same).q.weight);
  assertAlmostEquals(await largest(difference), 0, 1e-6);
});

Deno.test("lora.init: says which starts there are", () => {
  assertThrows(() => init({ init_lora_weights: "eva" }), Error, `init_lora_weights "eva"`);
  assertThrows(() => init({ init_lora_weights: "orthogonal", r: 3 }), RangeError, "even rank");
});

Deno.test("residual: gpt2-causal-lm/lora-pissa computes what PEFT does", async (t) => {
  const model = await openModel("gpt2-causal-lm");
  const golden = await openCase(model, "lora-pissa");
  const adapter = golden.adapter as unknown as LoraAdapter;
  const base = residual(model.params, adapter);
  await t.step("base", () =>
    checkTensors(golden, "base.", {
      actual: Object.fromEntries(treeEntries(base)),
      limit: "outputs",
    }));
  await t.step("outputs and gradients", () => checkOutputs(model, golden, base));
  await t.step("training", () => checkTraining(model, golden, base));
  await t.step("fresh factors, up to the signs of singular vectors", async () => {
    const fresh = lora.init(key(0), model.params, {
      r: 4,
      lora_alpha: 8,
      target_modules: ["c_attn"],
      init_lora_weights: "pissa",
    });
    for (const [name, expected] of Object.entries(golden.files.tensors)) {
      const actual = (await adapterToFiles(fresh).tensors[name]!.data()).map(Math.abs);
      assert(relativeError(actual, (await expected.data()).map(Math.abs)) < 1e-4, name);
    }
  });
});
