/**
 * The files of the outside world: safetensors, config.json, tokenizer.json, the Hugging Face hub
 * and its cache. Everything here is hostile until it is parsed.
 *
 * @module
 */
export * from "./atomic.ts";
export { hubCacheFolder } from "./cache.ts";
export * from "./chat.ts";
export * from "./checkpoint/mod.ts";
export * from "./config.ts";
export type { Progress } from "./download.ts";
export * from "./errors.ts";
export * from "./json.ts";
export * from "./resolve.ts";
export * from "./safetensors/mod.ts";
export * from "./tokenizer.ts";
