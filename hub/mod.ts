/**
 * The files of the outside world: safetensors, config.json, tokenizer.json, the Hugging Face hub
 * and its cache. Everything here is hostile until it is parsed.
 *
 * Browsers can import this too, so modules of Node are imported where they are used. Functions that
 * take a path need Deno; those that take bytes or text do not.
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
