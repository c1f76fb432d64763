/**
 * Pieces of fine-tuning: data, a compiled step, evaluation, checkpoints, metrics, and the loop over
 * them.
 *
 * @module
 */
export * from "./adalora.ts";
export * from "./adapter_folder.ts";
export * from "./batches.ts";
export * from "./checkpoint.ts";
export * from "./completion_data.ts";
export * from "./evaluate.ts";
export * from "./finetune.ts";
export * from "./lm_loss.ts";
export * from "./lock.ts";
export * from "./metrics.ts";
export * from "./model.ts";
export * from "./model_folder.ts";
export * from "./step.ts";
export * from "./text_data.ts";
