/** The core for pages that compute on the processor alone. */
import { registerBackend } from "../../core/mod.ts";
import { wasmBackend } from "../../kernels/mod.ts";

export * from "../../autodiff/mod.ts";
export * from "../../core/mod.ts";

registerBackend("cpu", wasmBackend);
