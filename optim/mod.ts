/**
 * Optimizers as pairs of pure functions, their transformations and learning-rate schedules.
 *
 * @module
 */
export * from "./accumulate.ts";
export * from "./adam.ts";
export * from "./adamw.ts";
export * from "./clip.ts";
export * from "./groups.ts";
export * from "./lion.ts";
export * from "./optimizer.ts";
export * from "./rmsprop.ts";
export * from "./schedules.ts";
export * from "./sgd.ts";
export * from "./warmup.ts";
