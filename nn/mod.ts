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
export * from "./adaptive_pool.ts";
export * from "./alibi.ts";
export * from "./attention.ts";
export * from "./batch_norm.ts";
export * from "./causal_lm_loss.ts";
export * from "./chunked_cross_entropy.ts";
export * from "./conv.ts";
export * from "./conv_transpose.ts";
export * from "./cross_entropy.ts";
export * from "./dropout.ts";
export * from "./embedding.ts";
export * from "./exponential_units.ts";
export * from "./gelu.ts";
export * from "./glu.ts";
export * from "./group_norm.ts";
export * from "./heads.ts";
export * from "./image_resize.ts";
export * from "./initializers.ts";
export * from "./interpolate.ts";
export * from "./layer_norm.ts";
export * from "./likelihood_losses.ts";
export * from "./linear.ts";
export * from "./losses.ts";
export * from "./masked_softmax.ts";
export * from "./masks.ts";
export * from "./orthogonal.ts";
export * from "./per_axis.ts";
export * from "./piecewise_units.ts";
export * from "./pixel_shuffle.ts";
export * from "./pool.ts";
export * from "./rectifiers.ts";
export * from "./recurrent.ts";
export * from "./recurrent_cells.ts";
export * from "./reduce_window.ts";
export * from "./reduction.ts";
export * from "./rms_norm.ts";
export * from "./rope.ts";
export * from "./similarity.ts";
export * from "./smooth_units.ts";
export * from "./soft_cap.ts";
export * from "./unfold.ts";
