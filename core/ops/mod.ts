/** Functions composed of primitives. */
export type { ReduceOptions } from "./_axes.ts";
export * from "./dynamic_slice.ts";
export * from "./expand_dims.ts";
export * from "./extremum.ts";
export * from "./full.ts";
export * from "./log_sum_exp.ts";
export * from "./matmul.ts";
export * from "./softmax.ts";
export * from "./stack.ts";
export * from "./sum.ts";
export * from "./take.ts";
