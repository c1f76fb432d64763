/**
 * The weights of a model folder: one safetensors file or shards with an index.
 *
 * @module
 */
export * from "./fit.ts";
export * from "./load.ts";
export * from "./open.ts";
export * from "./save.ts";
