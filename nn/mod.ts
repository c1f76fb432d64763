/**
 * The pure functions that models are written with: layers, attention, activations, losses.
 *
 * Letters of dimensions, here and in models: B batch, T time, S source time, D model, H heads,
 * K head size, F feed-forward, V vocabulary, C capacity of a cache, N rows of anything.
 *
 * @module
 */
import "./_plain_use.ts";

export * from "./activations.ts";
export * from "./attention.ts";
export * from "./causal_lm_loss.ts";
export * from "./chunked_cross_entropy.ts";
export * from "./conv.ts";
export * from "./cross_entropy.ts";
export * from "./dropout.ts";
export * from "./embedding.ts";
export * from "./heads.ts";
export * from "./layer_norm.ts";
export * from "./linear.ts";
export * from "./losses.ts";
export * from "./rms_norm.ts";
export * from "./rope.ts";
