import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { dense, key, normal, setDevice, type Tensor, tensor, transpose } from "../../mod.ts";
import { conv1D, embedding, linear, unembed } from "../../nn/mod.ts";
import { graft, type InitOptions, lora, type LoraConfig, merge, unmerge } from "../../peft/mod.ts";

setDevice("reference");

const OPTIONS: InitOptions<LoraConfig> = { r: 2, lora_alpha: 3, init_lora_weights: false };

async function assertClose(actual: Tensor, expected: Tensor): Promise<void> {
  assertEquals(actual.shape, expected.shape);
  const [a, b] = [await actual.data(), await expected.data()];
  b.forEach((value, i) => assertAlmostEquals(a[i]!, value, 1e-5));
}

function layer(out: number, inputs: number): { readonly weight: Tensor; readonly bias: Tensor } {
  return { weight: normal(key(1), [out, inputs]), bias: normal(key(2), [out]) };
}

for (const use_dora of [false, true]) {
  Deno.test(`lora: the adapted layer equals the merged one, use_dora ${use_dora}`, async () => {
    const params = { q: layer(4, 3) };
    const adapter = lora.init(key(0), params, { ...OPTIONS, use_dora, target_modules: ["q"] });
    const x = normal(key(3), [5, 3]);
    await assertClose(
      linear(graft(params, adapter).q, x),
      linear(merge(params, adapter).q, x),
    );
  });

  Deno.test(`lora: an adapted table equals the merged one, use_dora ${use_dora}`, async () => {
    const params = { wte: { weight: normal(key(1), [6, 3]) } };
    const adapter = lora.init(key(0), params, { ...OPTIONS, use_dora, target_modules: ["wte"] });
    const ids = tensor([[0, 5], [2, 2]], { dtype: "i32" });
    await assertClose(
      embedding(graft(params, adapter).wte, ids),
      embedding(merge(params, adapter).wte, ids),
    );
  });
}

Deno.test("lora: Conv1D weights are [in, out]", async () => {
  const params = { q: { weight: transpose(layer(4, 3).weight) } };
  const layout = (): "conv1d" => "conv1d";
  const adapter = lora.init(key(0), params, { ...OPTIONS, target_modules: ["q"], layout });
  assertEquals(adapter.fields.modules.q!.lora_A!.weight.shape, [2, 3]);
  const x = normal(key(3), [5, 3]);
  await assertClose(
    conv1D(graft(params, adapter, { layout }).q, x),
    conv1D(merge(params, adapter, { layout }).q, x),
  );
  assertThrows(
    () => linear(graft(params, adapter, { layout }).q, normal(key(3), [5, 4])),
    TypeError,
    `adapted as "conv1d"`,
  );
});

Deno.test("lora: a tied output layer keeps the base unless ensure_weight_tying", async () => {
  const params = { wte: { weight: normal(key(1), [6, 3]) } };
  const x = normal(key(3), [2, 3]);
  const options = { ...OPTIONS, target_modules: ["wte"] };
  const loose = lora.init(key(0), params, options);
  await assertClose(unembed(graft(params, loose).wte, x), unembed(params.wte, x));
  const tied = lora.init(key(0), params, { ...options, ensure_weight_tying: true });
  await assertClose(unembed(graft(params, tied).wte, x), unembed(merge(params, tied).wte, x));
});

Deno.test("graft: weights of rows mix the adapter with the base", async () => {
  const params = { q: layer(4, 3) };
  for (const use_dora of [false, true]) {
    const adapter = lora.init(key(0), params, { ...OPTIONS, use_dora, target_modules: ["q"] });
    const x = normal(key(3), [2, 3]);
    const mixed = await linear(graft(params, adapter, { weight: tensor([1, 0]) }).q, x).data();
    const adapted = await linear(graft(params, adapter).q, x).data();
    const base = await linear(params.q, x).data();
    assertEquals([...mixed.slice(0, 4)], [...adapted.slice(0, 4)]);
    mixed.slice(4).forEach((value, i) => assertAlmostEquals(value, base[4 + i]!, 1e-6));
    assertThrows(
      () => merge(params, adapter, { weight: tensor([1, 0]) }),
      TypeError,
      "weight differs by row",
    );
  }
});

Deno.test("graft: several adapters add up", async () => {
  const params = { q: layer(4, 3) };
  const first = lora.init(key(0), params, { ...OPTIONS, target_modules: ["q"] });
  const second = lora.init(key(7), params, { ...OPTIONS, target_modules: ["q"] });
  const both = graft(graft(params, first), second);
  await assertClose(dense(both.q.weight), merge(merge(params, first), second).q.weight);
});

Deno.test("unmerge: takes a merged adapter out", async () => {
  const params = { q: layer(4, 3) };
  const adapter = lora.init(key(0), params, { ...OPTIONS, target_modules: ["q"] });
  const back = unmerge(merge(params, adapter), adapter);
  await assertClose(back.q.weight, params.q.weight);
  const dora = lora.init(key(0), params, { ...OPTIONS, use_dora: true, target_modules: ["q"] });
  assertThrows(() => unmerge(params, dora), TypeError, "Cannot unmerge");
});

Deno.test("lora: dropout needs a key", async () => {
  const params = { q: layer(4, 3) };
  const options = { ...OPTIONS, lora_dropout: 0.5, target_modules: ["q"] };
  const adapter = lora.init(key(0), params, options);
  const x = normal(key(3), [5, 3]);
  await assertClose(linear(graft(params, adapter).q, x), linear(merge(params, adapter).q, x));
  const dropped = await linear(graft(params, adapter, { key: key(5) }).q, x).data();
  const again = await linear(graft(params, adapter, { key: key(5) }).q, x).data();
  assertEquals(dropped, again);
});

Deno.test("lora: lora_bias joins the bias of the layer", async () => {
  const params = { q: layer(4, 3) };
  const options = { ...OPTIONS, lora_bias: true, target_modules: ["q"] };
  const adapter = lora.init(key(0), params, options);
  const bias = tensor([1, 2, 3, 4]);
  const { lora_A, lora_B } = adapter.fields.modules.q!;
  const biased: typeof adapter = {
    ...adapter,
    fields: { modules: { q: { lora_A, lora_B: { ...lora_B!, bias } } }, replaced: {} },
  };
  const before = await params.q.bias.data();
  const after = await merge(params, biased).q.bias.data();
  after.forEach((value, i) => assertAlmostEquals(value, before[i]! + 1.5 * (i + 1), 1e-5));
});
