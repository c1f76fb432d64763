import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  concatenate,
  type Json,
  key,
  type Tensor,
  tensor,
  type Tree,
  treeEntries,
  TreeError,
  treeMap,
  zeros,
} from "../../mod.ts";
import { familyOf } from "../../models/mod.ts";
import {
  type Adapter,
  adapterFromFiles,
  adapterToFiles,
  adaptionPrompt,
  graft,
  merge,
} from "../../peft/mod.ts";
import { ramp } from "./_ramp.ts";

const CONFIG = {
  model_type: "llama",
  vocab_size: 11,
  hidden_size: 8,
  intermediate_size: 12,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  num_key_value_heads: 1,
  max_position_embeddings: 32,
  rms_norm_eps: 1e-5,
  tie_word_embeddings: false,
};
const FAMILY = familyOf("llama");
const PARSED = FAMILY.parseConfig(CONFIG);
const PARAMS = treeMap((x) => ramp(x.shape), FAMILY.init(key(0), PARSED, { task: "causal-lm" }));

function init(fields: { readonly [field: string]: Json } = {}): Adapter {
  const options = { adapter_len: 3, adapter_layers: 1, model_type: "llama", ...fields };
  return adaptionPrompt.init(key(1), PARAMS, options as never);
}

/** An adapter whose gate is open. */
const OPEN = treeMap((x) => ramp(x.shape), init());

/** Logits of the last token, [11]; the same text in every row. */
async function logits(params: Tree, rows = 1): Promise<number[]> {
  const row = tensor([[1, 4, 2, 9, 3]], { dtype: "i32" });
  const input_ids = concatenate(Array<Tensor>(rows).fill(row), { axis: 0 });
  const all = FAMILY.head("causal-lm")(params, { input_ids }, PARSED).logits;
  return [...(await all.data())];
}

const assertNear = (found: readonly number[], expected: readonly number[]): void => {
  assertEquals(found.length, expected.length);
  found.forEach((value, i) => {
    assert(Math.abs(value - expected[i]!) < 2e-5, `number ${i} is ${value}, not ${expected[i]}`);
  });
};

Deno.test("adaption_prompt: LLaMA with shared key heads computes what PEFT does", async () => {
  const last = (await logits(graft(PARAMS, OPEN))).slice(-11);
  // deno-fmt-ignore
  assertNear(last, [
    -0.051091, 0.428387, 0.611806, 0.531136, 0.048487, -0.125761,
    -0.206431, -0.287101, -0.374248, -0.247257, -0.327927,
  ]);
});

Deno.test("adaption_prompt: starts from the model as it is, in the last layers", async () => {
  const adapter = init();
  const paths = treeEntries(adapter).map(([path]) => path);
  assertEquals(paths, [
    "modules.model.layers.1.self_attn.adaption_gate",
    "modules.model.layers.1.self_attn.adaption_prompt",
  ]);
  assertEquals(await logits(graft(PARAMS, adapter)), await logits(PARAMS));
});

Deno.test("adaption_prompt: the weight of the adapter is that of the gate, row by row", async () => {
  const base = await logits(PARAMS);
  const open = await logits(graft(PARAMS, OPEN));
  assertNear(await logits(graft(PARAMS, OPEN, { weight: tensor(0) })), base);
  const mixed = await logits(graft(PARAMS, OPEN, { weight: tensor([0, 1]) }), 2);
  assertNear(mixed, [...base, ...open]);
});

Deno.test("adaption_prompt: files are those of PEFT", () => {
  const files = adapterToFiles(OPEN);
  assertEquals(Object.keys(files.tensors).sort(), [
    "base_model.model.model.layers.1.self_attn.adaption_gate",
    "base_model.model.model.layers.1.self_attn.adaption_prompt",
  ]);
  assertEquals(files.config.target_modules, "self_attn");
  const back = adapterToFiles(adapterFromFiles(files, PARAMS));
  assertEquals(back.config, files.config);
  assertEquals(Object.keys(back.tensors), Object.keys(files.tensors));
});

Deno.test("adaption_prompt: refuses what cannot be", () => {
  assertThrows(() => merge(PARAMS, OPEN), TypeError, "Cannot merge an adapter of adaption_prompt");
  assertThrows(() => init({ adapter_len: 0 }), RangeError, "Cannot use adapter_len 0");
  assertThrows(() => init({ adapter_layers: 1.5 }), RangeError, "Cannot use adapter_layers 1.5");
  assertThrows(
    () => init({ target_modules: ["q_proj"] }),
    TypeError,
    `Cannot use target_modules ["q_proj"]: it is one name of attention modules`,
  );
  assertThrows(
    () => init({ adapter_layers: 3 }),
    RangeError,
    `Cannot put prompts into 3 layers: the model has 2 attentions called "self_attn"`,
  );
  assertThrows(
    () => init({ model_type: "bloom" }),
    TypeError,
    `there are no defaults for "bloom"`,
  );
  const one = { layers: [{ self_attn: { k_proj: { weight: zeros([4, 8]) } } }] };
  assertThrows(
    () => graft(one, OPEN),
    TreeError,
    `Cannot graft an adapter on "model.layers.1.self_attn": the model has no such attention`,
  );
});

Deno.test("adaption_prompt: refuses files that do not fit the model", () => {
  const { config, tensors } = adapterToFiles(OPEN);
  const [gate, prompt] = Object.keys(tensors).sort() as [string, string];
  const refuse = (changed: typeof tensors, text: string): void => {
    const files = { config, tensors: changed };
    assertThrows(() => adapterFromFiles(files, PARAMS), TreeError, text);
  };
  refuse({ ...tensors, [prompt]: zeros([1, 3, 4]) }, "is [1, 3, 4] and the model needs [1, 3, 8]");
  refuse({ [prompt]: tensors[prompt]! }, "adaption_gate");
  refuse({}, `it has no tensors for "model.layers.1.self_attn"`);
  const first = { [gate.replace("1", "0")]: tensors[gate]! };
  refuse({ ...tensors, ...first }, `"model.layers.0.self_attn.*" belongs to nothing`);
});
