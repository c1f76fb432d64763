/**
 * Derivatives and batches of functions: the functions users call, the Graph to Graph engines behind
 * them, and the primitives that hold a Graph.
 *
 * @module
 */
export * from "./associative_scan.ts";
export type { BatchAxes } from "./_batch_axes.ts";
export { type BatchedGraph, batchGraph } from "./batch_graph.ts";
export * from "./checkpoint.ts";
export * from "./collectives.ts";
export * from "./cond.ts";
export { condP } from "./cond_primitive.ts";
export type { CondParams } from "./_cond_jvp.ts";
export * from "./custom_jvp.ts";
export * from "./custom_vjp.ts";
export {
  customLinearP,
  type CustomLinearParams,
  customVjpP,
  type CustomVjpParams,
} from "./custom_vjp_primitive.ts";
export * from "./for_loop.ts";
export { type Argnums, grad, type GradOf, type GradOptions, valueAndGrad } from "./grad.ts";
export * from "./incomplete_gamma.ts";
export * from "./interpret.ts";
export * from "./jacobian.ts";
export { jvp } from "./jvp.ts";
export { type JvpGraph, jvpGraph } from "./jvp_graph.ts";
export * from "./linear_transpose.ts";
export * from "./linearize.ts";
export { type Linearized, linearizeGraph } from "./partition.ts";
export { map, type MapOptions } from "./map.ts";
export * from "./samplers/mod.ts";
export { scan, type ScanOptions } from "./scan.ts";
export type { ScanParams } from "./_scan_params.ts";
export { scanP } from "./scan_primitive.ts";
export { type TransposedGraph, transposeGraph } from "./transpose_graph.ts";
export * from "./vjp.ts";
export * from "./vmap.ts";
export * from "./while_loop.ts";
export type { WhileParams } from "./_while_jvp.ts";
export { whileP } from "./while_primitive.ts";
