import { key, type Tree } from "../../mod.ts";
import { familyOf } from "../../models/mod.ts";
import { saveModel } from "../../train/mod.ts";

const TOKENIZER = new URL("../hub/tokenizer/", import.meta.url).pathname;

const CONFIG = {
  model_type: "gpt2",
  architectures: ["GPT2LMHeadModel"],
  n_positions: 32,
  n_embd: 16,
  n_layer: 2,
  n_head: 2,
  bos_token_id: 0,
  eos_token_id: 1,
  resid_pdrop: 0,
  embd_pdrop: 0,
  attn_pdrop: 0,
};

/** Writes a GPT-2 of two small layers with a tokenizer of 320 tokens; `changes` are to its config. */
export async function writeTinyModel(
  folder: string,
  vocab_size = 320,
  changes: { readonly [field: string]: number } = {},
): Promise<void> {
  const family = familyOf("gpt2");
  const json = { ...CONFIG, vocab_size, ...changes };
  const params: Tree = family.init(key(0), family.parseConfig(json), { task: "causal-lm" });
  await saveModel(folder, { json, params });
  for (const name of ["tokenizer.json", "tokenizer_config.json"]) {
    await Deno.copyFile(TOKENIZER + name, `${folder}/${name}`);
  }
}

/** Text that a model can learn at once. */
export const TEXT: string = "the adapter learns while the base stays frozen\n".repeat(24);
