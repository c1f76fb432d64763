/** Default target_modules by `model_type`: a list of names, or one regular expression. */
export type TargetTable = { readonly [model_type: string]: string | readonly string[] };

const QV = ["q_proj", "v_proj"];
const QUERY_VALUE = ["query", "value"];
const PACKED = ["query_key_value"];

/** What PEFT's LoRA and most other methods adapt when the user does not say. */
export const LORA_TARGETS: TargetTable = {
  gpt2: ["c_attn"],
  gpt_bigcode: ["c_attn"],
  bloom: PACKED,
  opt: QV,
  gpt_neo: QV,
  gptj: QV,
  gpt_neox: PACKED,
  llama: QV,
  llama4: QV,
  mistral: QV,
  mixtral: QV,
  qwen2: QV,
  qwen3: QV,
  gemma: QV,
  gemma2: QV,
  gemma3_text: QV,
  gemma4: ".*language_model\\..*\\.(q_proj|v_proj)",
  phi: ["q_proj", "v_proj", "fc1", "fc2"],
  falcon: PACKED,
  RefinedWeb: PACKED,
  RefinedWebModel: PACKED,
  chatglm: PACKED,
  mpt: ["Wqkv"],
  btlm: ["c_proj", "c_attn"],
  codegen: ["qkv_proj"],
  stablelm: QV,
  nemotron_h: ["q_proj", "k_proj", "v_proj", "o_proj"],
  rwkv: ["key", "value", "receptance", "output"],
  rwkv7: ["r_proj", "k_proj", "v_proj", "o_proj", "key", "value"],
  t5: ["q", "v"],
  mt5: ["q", "v"],
  bart: QV,
  bert: QUERY_VALUE,
  roberta: QUERY_VALUE,
  "xlm-roberta": QUERY_VALUE,
  electra: QUERY_VALUE,
  layoutlm: QUERY_VALUE,
  "deberta-v2": ["query_proj", "value_proj"],
  deberta: ["in_proj"],
  "blip-2": ["q", "v", "q_proj", "v_proj"],
};

/**
 * The default target_modules of a model.
 *
 * @throws {TypeError} if the table has none for it
 */
export function defaultTargets(
  model_type: string | undefined,
  table: TargetTable = LORA_TARGETS,
): string | readonly string[] {
  const targets = model_type === undefined ? undefined : table[model_type];
  if (targets) return targets;
  const found = model_type === undefined
    ? `no model_type is given`
    : `there are no defaults for "${model_type}"`;
  throw new TypeError(
    `Cannot choose target_modules: ${found}; give target_modules, such as "all-linear"`,
  );
}
