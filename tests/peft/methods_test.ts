import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  type Json,
  key,
  mean,
  normal,
  setDevice,
  square,
  sub,
  type Tensor,
  tensor,
  treeLeaves,
} from "../../mod.ts";
import { grad } from "../../autodiff/mod.ts";
import { linear } from "../../nn/mod.ts";
import {
  type Adapter,
  adapterFromFiles,
  adapterToFiles,
  type AnyMethod,
  graft,
  merge,
  methodOf,
  METHODS,
} from "../../peft/mod.ts";

setDevice("reference");

const PARAMS = { layer: { q: { weight: normal(key(1), [8, 12]), bias: normal(key(2), [8]) } } };
const X = normal(key(3), [5, 12]);

/** Options that fit a layer of 12 inputs and 8 outputs, and start away from the identity. */
const OPTIONS: { readonly [method: string]: { readonly [field: string]: Json } } = {
  adalora: { init_r: 4, init_lora_weights: false },
  boft: { boft_block_size: 4, init_weights: false },
  c3a: { block_size: 4 },
  fourierft: { n_frequency: 20, scaling: 20, init_weights: false },
  hra: { r: 2, init_weights: false },
  ia3: { init_ia3_weights: false },
  ln_tuning: {},
  loha: { r: 2, init_weights: false },
  lokr: { r: 1, init_weights: false, decompose_both: true },
  lora: { r: 2, init_lora_weights: false },
  miss: { r: 5, init_weights: false },
  oft: { oft_block_size: 4, init_weights: false },
  randlora: { r: 3, randlora_alpha: 6, init_weights: false },
  shira: { r: 2, init_weights: false },
  vblora: { r: 2, num_vectors: 8, vector_length: 4, init_vector_bank_bound: 1 },
  vera: { r: 4, init_weights: false },
};

/** Methods that do not start from the model as it is, or always do. */
const STARTS_AWAY = ["c3a", "vblora"];
const STARTS_EQUAL = ["ln_tuning"];

function init(name: string, options: { readonly [field: string]: Json } = {}): Adapter {
  return methodOf(name).init(
    key(4),
    PARAMS,
    {
      target_modules: ["q"],
      ...options,
    } as Parameters<ReturnType<typeof methodOf>["init"]>[2],
  );
}

const apply = (params: typeof PARAMS): Tensor => linear(params.layer.q, X);

async function distance(a: Tensor, b: Tensor): Promise<number> {
  return Math.max(...Array.from(await sub(a, b).data(), Math.abs));
}

for (const { name } of METHODS.filter(({ kind }) => kind === "weights")) {
  Deno.test(`${name}: the grafted layer equals the merged one`, async () => {
    const adapter = init(name, OPTIONS[name]);
    const grafted = apply(graft(PARAMS, adapter));
    assertAlmostEquals(await distance(grafted, apply(merge(PARAMS, adapter))), 0, 1e-4);
    const moved = await distance(grafted, apply(PARAMS));
    if (!STARTS_EQUAL.includes(name)) assert(moved > 1e-3, `moved by ${moved}`);
  });

  Deno.test(`${name}: starts from the model as it is`, async () => {
    const { init_weights: _a, init_lora_weights: _b, init_ia3_weights: _c, ...rest } =
      OPTIONS[name]!;
    const options = name === "fourierft" ? { ...rest, init_weights: true } : rest;
    const moved = await distance(apply(graft(PARAMS, init(name, options))), apply(PARAMS));
    if (STARTS_AWAY.includes(name)) assert(moved > 0);
    else assertAlmostEquals(moved, 0, 1e-5);
  });

  Deno.test(`${name}: a weight of 0 is the base, a half goes part of the way`, async () => {
    const adapter = init(name, OPTIONS[name]);
    const none = apply(graft(PARAMS, adapter, { weight: tensor(0) }));
    assertAlmostEquals(await distance(none, apply(PARAMS)), 0, 1e-5);
    const half = { weight: tensor(0.5) };
    const merged = apply(merge(PARAMS, adapter, half));
    assertAlmostEquals(await distance(apply(graft(PARAMS, adapter, half)), merged), 0, 1e-4);
  });

  Deno.test(`${name}: every tensor is trained and survives files`, async () => {
    const adapter = init(name, OPTIONS[name]);
    const loss = (a: Adapter): Tensor => mean(square(apply(graft(PARAMS, a))));
    for (const leaf of treeLeaves(grad(loss)(adapter))) {
      assert((await leaf.data()).some((value) => value !== 0));
    }
    const files = adapterToFiles(adapter);
    const back = adapterToFiles(adapterFromFiles(files, PARAMS));
    assertEquals(back.config, files.config);
    assertEquals(Object.keys(back.tensors), Object.keys(files.tensors));
  });
}

Deno.test("merge: refuses methods that add inputs", () => {
  const params = {
    wte: { weight: normal(key(0), [5, 4]) },
    h: [{ attn: { q: PARAMS.layer.q } }],
  };
  const isPrompt = ({ name, kind }: AnyMethod): boolean =>
    kind === "inputs" && name !== "adaption_prompt"; // has a test of its own
  for (const { name } of METHODS.filter(isPrompt)) {
    const method = methodOf(name);
    const options = { num_virtual_tokens: 2, num_attention_heads: 2 };
    const adapter = method.init(key(0), params, options as Parameters<typeof method.init>[2]);
    assertThrows(() => merge(params, adapter), TypeError, `Cannot merge an adapter of ${name}`);
    const weight = tensor(1);
    assertThrows(() => graft(params, adapter, { weight }), Error, "an input is there or not");
    const files = adapterToFiles(adapter);
    const back = adapterToFiles(adapterFromFiles(files, params));
    assertEquals(Object.keys(back.tensors), ["prompt_embeddings"]);
  }
});
