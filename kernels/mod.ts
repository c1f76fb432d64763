/**
 * Kernels: Graph to Program to machine. Two backends: the CPU's in WebAssembly, and the reference.
 *
 * @module
 */
export { referenceBackend, runGraph } from "./reference.ts";
export { wasmBackend } from "./wasm/backend.ts";
