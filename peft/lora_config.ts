import type { Json } from "../core/mod.ts";
import { asPositiveInteger, asRate, type FieldTable, readConfig } from "./_config.ts";
import type { AdapterConfig } from "./adapter.ts";
import type { TargetConfig } from "./targets.ts";

/** How the factors start; see lora_init.ts and lora_factors.ts. */
export type LoraInit = boolean | string;

/** LoRA's configuration: the fields of PEFT's adapter_config.json that this library gives effect. */
export type LoraConfig = AdapterConfig & TargetConfig & {
  /** Rank of the factors. */
  readonly r: number;
  /** The adapter is scaled by lora_alpha / r. */
  readonly lora_alpha: number;
  /** Probability of dropping an input of the adapter, where `graft` gets a key. */
  readonly lora_dropout: number;
  /** Which biases are trained: none, all of the model, or those of adapted modules. */
  readonly bias: "none" | "all" | "lora_only";
  /** A bias of B's own. */
  readonly lora_bias: boolean;
  /** Scale by lora_alpha / √r. */
  readonly use_rslora: boolean;
  /** Train magnitude and direction of the weights apart. */
  readonly use_dora: boolean;
  readonly init_lora_weights: LoraInit;
  /** Rank and alpha of single modules, by regular expressions for their names. */
  readonly rank_pattern: { readonly [key: string]: number };
  readonly alpha_pattern: { readonly [key: string]: number };
  /** What PEFT notes about [in, out] weights; the layout of the layer decides, not this field. */
  readonly fan_in_fan_out: boolean;
  /** A tied output layer follows the adapter of the embedding. */
  readonly ensure_weight_tying: boolean;
};

const FIELDS: FieldTable = {
  peft_type: "LORA",
  r: 8,
  lora_alpha: 8,
  lora_dropout: 0,
  bias: "none",
  lora_bias: false,
  use_rslora: false,
  use_dora: false,
  init_lora_weights: true,
  rank_pattern: {},
  alpha_pattern: {},
  fan_in_fan_out: false,
  ensure_weight_tying: false,
  target_modules: null,
  exclude_modules: null,
  layers_to_transform: null,
  layers_pattern: null,
  modules_to_save: null,
};

/** Fields of LoRA that change nothing in how a saved adapter computes. */
const WITHOUT_EFFECT = [
  "megatron_core",
  "megatron_config",
  "qalora_group_size",
  "loftq_config",
  "corda_config",
  "eva_config",
  "lora_ga_config",
  "velora_config",
  "runtime_config",
];

/** LoRA's configuration in a JSON record; see `Method.parseConfig`. */
export function parseLoraConfig(json: { readonly [field: string]: Json }): LoraConfig {
  const config = readConfig<LoraConfig>(json, FIELDS, WITHOUT_EFFECT);
  for (const r of [config.r, ...Object.values(config.rank_pattern)]) {
    asPositiveInteger("r", r);
  }
  asRate("lora_dropout", config.lora_dropout);
  if (!["none", "all", "lora_only"].includes(config.bias)) {
    throw new RangeError(
      `Cannot use bias ${JSON.stringify(config.bias)}: it is "none", "all" or "lora_only"`,
    );
  }
  if (config.lora_bias && (config.use_dora || typeof config.init_lora_weights !== "boolean")) {
    throw new TypeError(
      `Cannot use lora_bias with use_dora or init_lora_weights ` +
        `${JSON.stringify(config.init_lora_weights)}: B has no bias there; leave one out`,
    );
  }
  return config;
}
