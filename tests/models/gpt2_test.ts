import { assertEquals, assertThrows } from "@std/assert";
import { relativeError } from "../golden/compare.ts";
import { valueAndGrad } from "../../autodiff/mod.ts";
import { jit, key, setDevice, ShapeError, type Tensor, treeEntries, zeros } from "../../mod.ts";
import { causalLmLoss, crossEntropy } from "../../nn/mod.ts";
import { gpt2CausalLm, gpt2Family, initGpt2, parseGpt2Config } from "../../models/mod.ts";
import { openCase } from "./_gpt2_case.ts";

setDevice("reference");

Deno.test("gpt2CausalLm: logits, hidden states, loss and gradients of the golden case", async () => {
  const { params, config, io } = await openCase("gpt2-causal-lm");
  const inputs = {
    input_ids: io.get("in.input_ids"),
    attention_mask: io.get("in.attention_mask"),
  };
  const outputs = gpt2CausalLm(params, inputs, config);
  const close = async (actual: typeof outputs.logits, name: string, bound: number) => {
    const error = relativeError(await actual.data(), await io.get(name).data());
    if (error > bound) throw new Error(`${name} is off by ${error}`);
  };
  await close(outputs.logits, "out.logits", 1e-4);
  for (const [i, hidden] of outputs.hidden_states.entries()) {
    await close(hidden, `out.hidden_states.${i}`, 1e-4);
  }
  const loss = (p: typeof params) =>
    causalLmLoss(gpt2CausalLm(p, inputs, config).logits, io.get("in.labels"));
  const { value, grad } = valueAndGrad(loss)(params);
  await close(value, "out.loss", 1e-4);
  for (const [path, g] of treeEntries(grad)) await close(g, `grad.${path}`, 1e-3);
});

for (const task of ["sequence-classification", "token-classification"] as const) {
  Deno.test(`gpt2Family: logits, loss and gradients of the golden case of ${task}`, async () => {
    const { params, config, io } = await openCase(`gpt2-${task}`);
    const inputs = {
      input_ids: io.get("in.input_ids"),
      attention_mask: io.get("in.attention_mask"),
    };
    const head = gpt2Family.head(task);
    const loss = (p: typeof params) =>
      crossEntropy(head(p, inputs, config).logits, io.get("in.labels"));
    const { value, grad } = valueAndGrad(loss)(params);
    const entries = treeEntries(grad).map(([path, g]) => [`grad.${path}`, g] as const);
    const logits = head(params, inputs, config).logits;
    for (const [name, x] of [["out.logits", logits], ["out.loss", value], ...entries] as const) {
      const error = relativeError(await x.data(), await io.get(name).data());
      if (error > 1e-4) throw new Error(`${name} is off by ${error}`);
    }
  });
}

Deno.test("gpt2Family: a classifier without its head is refused", async () => {
  const { params, config, io } = await openCase("gpt2-causal-lm");
  const classify = gpt2Family.head("sequence-classification");
  const inputs = { input_ids: io.get("in.input_ids") };
  assertThrows(() => classify(params, inputs, config), TypeError, 'no "score"');
  assertThrows(() => gpt2CausalLm(params, {}, config), TypeError, "give it input_ids");
});

Deno.test("parseGpt2Config: defaults, and what it refuses", () => {
  assertEquals(parseGpt2Config({}).n_embd, 768);
  assertEquals(parseGpt2Config({ n_embd: 32, n_head: 4, eos_token_id: [7, 8] }).eos_token_id, 7);
  assertThrows(
    () => parseGpt2Config({ rope_scaling: 2 }),
    TypeError,
    '"rope_scaling" is not known',
  );
  assertThrows(() => parseGpt2Config({ n_layer: "2" }), TypeError, "a number is needed");
  assertThrows(() => parseGpt2Config({ add_cross_attention: true }), TypeError, "only false");
  assertThrows(() => parseGpt2Config({ n_head: 5 }), RangeError, "does not divide");
});

Deno.test("initGpt2: has the tensors of a checkpoint", async () => {
  const { params, config } = await openCase("gpt2-causal-lm");
  const fresh = initGpt2(key(0), config);
  assertEquals(
    treeEntries(fresh).map(([path, x]) => [path, x.shape]),
    treeEntries(params).map(([path, x]) => [path, x.shape]),
  );
});

Deno.test("gpt2Family: refuses a task that it has no head for", () => {
  assertThrows(() => gpt2Family.head("seq2seq-lm"), Error, 'for "seq2seq-lm"');
});

Deno.test("gpt2CausalLm: dropout by key, also when jitted", async () => {
  const { params, config, io } = await openCase("gpt2-causal-lm");
  const dropping = { ...config, resid_pdrop: 0.2, embd_pdrop: 0.2, attn_pdrop: 0.2 };
  const inputs = { input_ids: io.get("in.input_ids") };
  const run = (p: typeof params, k: Tensor) => gpt2CausalLm(p, inputs, dropping, { key: k }).logits;
  const one = await run(params, key(1)).data();
  const jitted = await jit(run)(params, key(1)).data();
  const other = await run(params, key(2)).data();
  if (relativeError(jitted, one) > 1e-5) throw new Error("jit drops others");
  if (relativeError(other, one) < 1e-3) throw new Error("the key does not matter");
});

Deno.test("gpt2: refuses a text that is longer than its table of positions", () => {
  const sizes = { vocab_size: 11, n_positions: 4, n_embd: 4, n_layer: 1, n_head: 2 };
  const config = parseGpt2Config(sizes);
  const params = initGpt2(key(0), config);
  const run = (length: number) =>
    gpt2CausalLm(params, { input_ids: zeros([1, length], { dtype: "i32" }) }, config);
  run(4);
  assertThrows(() => run(5), RangeError, "the model has 4 positions; shorten the text");
});

Deno.test("gpt2: refuses token ids without a batch axis", () => {
  const config = parseGpt2Config({ vocab_size: 11, n_embd: 4, n_layer: 1, n_head: 2 });
  const input_ids = zeros([3], { dtype: "i32" });
  assertThrows(
    () => gpt2CausalLm(initGpt2(key(0), config), { input_ids }, config),
    ShapeError,
    "Cannot run gpt2 on input_ids [3]: a batch of texts [B, T] is expected",
  );
});
