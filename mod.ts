/**
 * Graft: purely functional tensors, autodiff, models and PEFT for Deno and the browser.
 *
 * @module
 */
import { registerBackend } from "./core/mod.ts";
import { referenceBackend } from "./kernels/reference.ts";

export * from "./core/mod.ts";

registerBackend("reference", referenceBackend);
