/**
 * Graft: purely functional tensors, autodiff, models and PEFT for Deno and the browser.
 *
 * @module
 */
import { registerBackend } from "./core/mod.ts";
import { referenceBackend, wasmBackend } from "./kernels/mod.ts";

export * from "./autodiff/mod.ts";
export * from "./core/mod.ts";

registerBackend("cpu", wasmBackend);
registerBackend("reference", referenceBackend);
