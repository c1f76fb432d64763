import type { Json } from "../core/mod.ts";
import type { AdapterConfig } from "./adapter.ts";
import { asNumber, asPositiveInteger, readConfig } from "./_config.ts";
import type { TargetConfig } from "./targets.ts";

/** AdaLoRA's configuration. Steps are counted from 0. */
export type AdaloraConfig = AdapterConfig & TargetConfig & {
  readonly lora_alpha: number;
  readonly lora_dropout: number;
  readonly bias: "none" | "all" | "lora_only";
  readonly init_lora_weights: boolean;
  readonly fan_in_fan_out: boolean;
  /** Rank of every module at the start, and what is left on average at the end. */
  readonly init_r: number;
  readonly target_r: number;
  /** Steps before the budget shrinks, and after it has. */
  readonly tinit: number;
  readonly tfinal: number;
  /** Steps between two allocations. */
  readonly deltaT: number;
  /** Smoothing of the importance and of its variation. */
  readonly beta1: number;
  readonly beta2: number;
  readonly orth_reg_weight: number;
  /** Steps of the whole training. */
  readonly total_step: number | null;
  /** Which ranks were kept, by "<module>.lora_E": set at the end. */
  readonly rank_pattern: { readonly [name: string]: readonly boolean[] } | null;
};

/** AdaLoRA's configuration in a JSON record; see `Method.parseConfig`. */
export function parseAdaloraConfig(json: { readonly [field: string]: Json }): AdaloraConfig {
  const config = readConfig<AdaloraConfig>(json, {
    peft_type: "ADALORA",
    target_modules: null,
    exclude_modules: null,
    layers_to_transform: null,
    layers_pattern: null,
    modules_to_save: null,
    lora_alpha: 8,
    lora_dropout: 0,
    bias: "none",
    init_lora_weights: true,
    fan_in_fan_out: false,
    init_r: 12,
    target_r: 8,
    tinit: 0,
    tfinal: 0,
    deltaT: 1,
    beta1: 0.85,
    beta2: 0.85,
    orth_reg_weight: 0.5,
    total_step: null,
    rank_pattern: null,
  }, [
    "r",
    "megatron_core",
    "megatron_config",
    "qalora_group_size",
    "loftq_config",
  ]);
  asPositiveInteger("init_r", config.init_r);
  asNumber("orth_reg_weight", config.orth_reg_weight, (w) => w >= 0, "at least 0");
  const { total_step, tinit, tfinal } = config;
  if (total_step !== null) {
    asNumber("total_step", total_step, (n) => n > tinit + tfinal, "more than tinit + tfinal");
  }
  return config;
}
