/**
 * Text generation: greedy, sampled, by beam search; streaming; for any model with a cache.
 *
 * @module
 */
export * from "./beam_group.ts";
export * from "./beam_search.ts";
export * from "./config.ts";
export * from "./decoder.ts";
export * from "./generate.ts";
export * from "./model.ts";
export * from "./options.ts";
export * from "./prompt.ts";
export * from "./scores.ts";
export * from "./stop.ts";
export * from "./stream.ts";
