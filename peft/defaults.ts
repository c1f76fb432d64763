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

/** What (IA)³ adapts by default. */
export const IA3_TARGETS: TargetTable = {
  gpt2: ["c_attn", "mlp.c_proj"],
  gpt_bigcode: ["c_attn", "mlp.c_proj"],
  bloom: ["query_key_value", "mlp.dense_4h_to_h"],
  opt: ["q_proj", "k_proj", "fc2"],
  gpt_neo: ["q_proj", "v_proj", "c_proj"],
  gptj: ["q_proj", "v_proj", "fc_out"],
  gpt_neox: ["query_key_value", "dense_4h_to_h"],
  llama: ["k_proj", "v_proj", "down_proj"],
  llama4: ["q_proj", "v_proj", "down_proj"],
  mistral: ["k_proj", "v_proj", "down_proj"],
  mixtral: ["k_proj", "v_proj", "w2"],
  qwen2: ["q_proj", "v_proj", "down_proj"],
  qwen3: ["q_proj", "v_proj", "down_proj"],
  gemma: ["q_proj", "v_proj", "down_proj"],
  gemma2: ["q_proj", "v_proj", "down_proj"],
  gemma3_text: ["q_proj", "v_proj", "down_proj"],
  phi: ["q_proj", "v_proj", "fc2"],
  falcon: ["query_key_value", "dense_4h_to_h"],
  RefinedWeb: ["query_key_value", "dense_4h_to_h"],
  RefinedWebModel: ["query_key_value", "dense_4h_to_h"],
  t5: ["k", "v", "wo"],
  mt5: ["k", "v", "wi_1"],
  bart: ["q_proj", "v_proj", "fc2"],
  bert: ["key", "value", "output.dense"],
  roberta: ["key", "value", "output.dense"],
  "deberta-v2": ["key_proj", "value_proj", "output.dense"],
  deberta: ["in_proj", "output.dense"],
};

/** Which of those are feed-forward modules to (IA)³. */
export const IA3_FEEDFORWARD: TargetTable = {
  gpt2: ["mlp.c_proj"],
  gpt_bigcode: ["mlp.c_proj"],
  bloom: ["mlp.dense_4h_to_h"],
  opt: ["fc2"],
  gpt_neo: ["c_proj"],
  gptj: ["fc_out"],
  gpt_neox: ["dense_4h_to_h"],
  llama: ["down_proj"],
  llama4: ["down_proj"],
  mistral: ["down_proj"],
  mixtral: ["w2"],
  qwen2: ["down_proj"],
  qwen3: ["down_proj"],
  gemma: ["down_proj"],
  gemma2: ["down_proj"],
  gemma3_text: ["down_proj"],
  phi: ["fc2"],
  falcon: ["dense_4h_to_h"],
  RefinedWeb: ["dense_4h_to_h"],
  RefinedWebModel: ["dense_4h_to_h"],
  t5: ["wo"],
  mt5: [],
  bart: ["fc2"],
  bert: ["output.dense"],
  roberta: ["output.dense"],
  "deberta-v2": ["output.dense"],
  deberta: ["output.dense"],
};

/** What AdaLoRA adapts by default. */
export const ADALORA_TARGETS: TargetTable = {
  gpt2: ["c_attn"],
  gpt_bigcode: ["c_attn"],
  bloom: ["query_key_value"],
  opt: ["q_proj", "k_proj", "v_proj", "out_proj", "fc1", "fc2"],
  gpt_neo: ["q_proj", "v_proj"],
  gptj: ["q_proj", "v_proj"],
  gpt_neox: ["query_key_value"],
  llama: ["q_proj", "v_proj"],
  llama4: ["q_proj", "v_proj"],
  qwen2: ["q_proj", "v_proj"],
  qwen3: ["q_proj", "v_proj"],
  gemma: ["q_proj", "v_proj"],
  gemma2: ["q_proj", "v_proj"],
  gemma3_text: ["q_proj", "v_proj"],
  nemotron_h: ["q_proj", "k_proj", "v_proj", "o_proj"],
  t5: ["q", "k", "v", "o", "wi", "wo"],
  mt5: ["q", "k", "v", "o", "wi_0", "wi_1", "wo"],
  bart: ["q_proj", "k_proj", "v_proj", "out_proj", "fc1", "fc2"],
  bert: ["query", "value"],
  roberta: ["query", "key", "value", "dense"],
  "deberta-v2": ["query_proj", "key_proj", "value_proj", "dense"],
  deberta: ["in_proj"],
};

/** What VB-LoRA adapts by default. */
export const VBLORA_TARGETS: TargetTable = {
  ...ADALORA_TARGETS,
  gemma4: ".*language_model\\..*\\.(q_proj|v_proj)",
  roberta: QUERY_VALUE,
};

/** What VeRA and SHiRA adapt by default. */
export const VERA_TARGETS: TargetTable = { ...LORA_TARGETS, phi: QV };

/** What LN tuning trains by default. */
export const LN_TUNING_TARGETS: TargetTable = {
  gpt2: ["ln_1", "ln_2", "ln_f"],
  bloom: ["input_layernorm", "post_attention_layernorm", "ln_f"],
  gptj: ["ln_1", "ln_f"],
  llama: ["input_layernorm", "post_attention_layernorm", "norm"],
  mistral: ["input_layernorm", "post_attention_layernorm", "norm"],
  qwen2: ["post_attention_layernorm"],
  qwen3: ["post_attention_layernorm"],
  gemma: ["input_layernorm", "post_attention_layernorm", "norm"],
  phi: ["input_layernorm", "final_layernorm"],
  falcon: ["input_layernorm", "post_attention_layernorm", "ln_f"],
  t5: ["layer_norm", "final_layer_norm"],
  mt5: ["layer_norm", "final_layer_norm"],
  bart: ["self_attn_layer_norm", "encoder_attn_layer_norm", "final_layer_norm"],
  "blip-2": ["layernorm", "LayerNorm", "final_layer_norm", "self_attn_layer_norm"],
  llava: [
    "multi_modal_projector",
    "input_layernorm",
    "post_attention_layernorm",
    "norm",
    "embed_tokens",
    "lm_head",
  ],
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
