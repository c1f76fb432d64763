/**
 * Model families as pure functions of their checkpoints, their registry, and generation.
 *
 * @module
 */
export * from "./cache.ts";
export * from "./checkpoint.ts";
export * from "./decoder_heads.ts";
export * from "./family.ts";
export * from "./generation/mod.ts";
export * from "./gpt2.ts";
export * from "./gpt2_config.ts";
export * from "./gpt2_family.ts";
export * from "./gpt2_init.ts";
export * from "./last_token.ts";
export * from "./llama.ts";
export * from "./llama_config.ts";
export * from "./llama_family.ts";
export * from "./llama_init.ts";
export * from "./prompts.ts";
export * from "./registry.ts";
export * from "./rope_config.ts";
export * from "./visible.ts";
