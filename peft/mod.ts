/**
 * Parameter-efficient fine-tuning: methods as transformations of parameter trees, merging, combining,
 * and PEFT's adapter files.
 *
 * @module
 */
export * from "./adalora.ts";
export * from "./adalora_budget.ts";
export * from "./adalora_config.ts";
export * from "./adapter.ts";
export * from "./adapter_file.ts";
export * from "./adaption_prompt.ts";
export * from "./boft.ts";
export * from "./c3a.ts";
export * from "./combine.ts";
export * from "./defaults.ts";
export * from "./delta_weight.ts";
export * from "./fourierft.ts";
export * from "./graft.ts";
export * from "./hra.ts";
export * from "./ia3.ts";
export * from "./ia3_weight.ts";
export * from "./layout.ts";
export * from "./ln_tuning.ts";
export * from "./loha.ts";
export * from "./lokr.ts";
export * from "./lora.ts";
export * from "./lora_config.ts";
export * from "./lora_residual.ts";
export * from "./lora_weight.ts";
export * from "./merge.ts";
export * from "./method.ts";
export * from "./miss.ts";
export * from "./oft.ts";
export * from "./p_tuning.ts";
export * from "./prefix_tuning.ts";
export * from "./prompt_tuning.ts";
export * from "./randlora.ts";
export * from "./registry.ts";
export * from "./rotated_weight.ts";
export * from "./shira.ts";
export * from "./targets.ts";
export * from "./vblora.ts";
export * from "./vera.ts";
export * from "./vera_weight.ts";
