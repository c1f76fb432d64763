import "../../mod.ts";
import { assertEquals, assertThrows } from "@std/assert";
import { argmax, key, setDevice, sum, type Tensor, tensor, treePaths } from "../../mod.ts";
import { grad } from "../../autodiff/mod.ts";
import {
  frequenciesOf,
  gemmaFamily,
  generate,
  generativeModel,
  initLlama,
  llamaFamily,
  mistralFamily,
  parseLlamaConfig,
  parseRope,
  qwen2Family,
} from "../../models/mod.ts";

setDevice("reference");

const SMALL = {
  vocab_size: 20,
  hidden_size: 8,
  intermediate_size: 12,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
};

for (const family of [llamaFamily, mistralFamily, qwen2Family, gemmaFamily]) {
  Deno.test(`${family.name}: generates with a cache what it predicts without`, async () => {
    const window = family === mistralFamily ? { sliding_window: 3 } : {};
    const config = family.parseConfig({ ...SMALL, ...window, initializer_range: 0.5 });
    const params = family.init(key(0), config);
    const prompts = { input_ids: [[3, 1, 4, 1, 5]] };
    const model = generativeModel(family, config);
    const { sequences } = await generate(model, params, { prompts, max_new_tokens: 6 });
    const ids = tensor(sequences, { dtype: "i32" });
    const { logits } = family.head("causal-lm")(params, { input_ids: ids }, config);
    const best = Array.from(await argmax(logits, { axis: -1 }).data());
    assertEquals(sequences[0]!.slice(5), best.slice(4, 10));
  });
}

Deno.test("initLlama: the tensors of a checkpoint, with the head of a task", () => {
  const one = { ...SMALL, num_hidden_layers: 1 };
  const plain = treePaths(initLlama(key(0), parseLlamaConfig(one)));
  assertEquals(plain.includes("lm_head.weight"), true);
  assertEquals(plain.includes("model.layers.0.self_attn.q_proj.bias"), false);
  const biased = treePaths(qwen2Family.init(key(0), qwen2Family.parseConfig(one)));
  assertEquals(biased.includes("model.layers.0.self_attn.q_proj.bias"), true);
  assertEquals(biased.includes("model.layers.0.self_attn.o_proj.bias"), false);
  const config = parseLlamaConfig(one);
  const classifier = initLlama(key(0), config, { task: "sequence-classification" });
  assertEquals(classifier.score?.weight && "lm_head" in classifier, false);
});

Deno.test("decoderHead: classifies texts and tokens, and gives gradients", async () => {
  const config = parseLlamaConfig({ ...SMALL, pad_token_id: 0, num_labels: 3 });
  const params = initLlama(key(0), config, { task: "sequence-classification" });
  const input_ids = tensor([[3, 4, 0], [5, 6, 7]], { dtype: "i32" });
  const head = llamaFamily.head("sequence-classification");
  assertEquals(head(params, { input_ids }, config).logits.shape, [2, 3]);
  const tokens = llamaFamily.head("token-classification")(params, { input_ids }, config);
  assertEquals(tokens.logits.shape, [2, 3, 3]);
  const loss = (p: typeof params): Tensor => sum(head(p, { input_ids }, config).logits);
  const gradient = await (grad(loss)(params).score!.weight as Tensor).data();
  assertEquals(gradient.some((g) => g !== 0), true);
  const bare = initLlama(key(0), config);
  assertThrows(() => head(bare, { input_ids }, config), TypeError, 'no "score"');
  assertThrows(() => llamaFamily.head("seq2seq-lm"), Error, 'for "seq2seq-lm"');
});

Deno.test("parseLlamaConfig: refuses heads that do not divide and unknown fields", () => {
  assertThrows(
    () => parseLlamaConfig({ num_attention_heads: 4, num_key_value_heads: 3 }),
    RangeError,
    "num_key_value_heads 3",
  );
  assertThrows(() => parseLlamaConfig({ moe: 8 }), TypeError, '"moe" is not known');
  assertThrows(
    () => qwen2Family.parseConfig({ use_sliding_window: true }),
    TypeError,
    "only false is supported",
  );
});

Deno.test("parseRope: old and new fields, and the scaling of frequencies", () => {
  assertEquals(parseRope({ rope_theta: 5 }).rope_theta, 5);
  const linear = parseRope({ rope_scaling: { type: "linear", factor: 2 } });
  assertEquals(frequenciesOf(linear, 2), [0.5]);
  const llama3 = parseRope({
    rope_parameters: {
      rope_type: "llama3",
      rope_theta: 1e6,
      factor: 8,
      low_freq_factor: 1,
      high_freq_factor: 4,
      original_max_position_embeddings: 64,
    },
  });
  const [fast, , , slow] = frequenciesOf(llama3, 8) as [number, number, number, number];
  assertEquals([fast, slow], [1, 1e6 ** -0.75 / 8]);
  assertThrows(() => parseRope({ rope_scaling: { rope_type: "yarn" } }), TypeError, '"yarn"');
});
