/**
 * Derivatives and batches of functions: Graph to Graph engines, the functions users call, and the
 * primitives that hold a Graph.
 *
 * @module
 */
export * from "./associative_scan.ts";
export type { BatchAxes } from "./_batch_axes.ts";
export * from "./batch_graph.ts";
export * from "./checkpoint.ts";
export * from "./cond.ts";
export * from "./cond_primitive.ts";
export * from "./custom_jvp.ts";
export * from "./custom_vjp.ts";
export * from "./custom_vjp_primitive.ts";
export * from "./grad.ts";
export * from "./interpret.ts";
export * from "./jacobian.ts";
export * from "./jvp.ts";
export * from "./jvp_graph.ts";
export * from "./linear_transpose.ts";
export * from "./linearize.ts";
export * from "./partition.ts";
export * from "./scan.ts";
export * from "./scan_primitive.ts";
export * from "./transpose_graph.ts";
export * from "./vjp.ts";
export * from "./vmap.ts";
export * from "./while_loop.ts";
export * from "./while_primitive.ts";
