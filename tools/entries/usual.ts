/** What a bundler leaves of the core, on both devices, for a page that uses some of it. */
import { registerBackend } from "../../core/mod.ts";
import { wasmBackend, webgpuBackend } from "../../kernels/mod.ts";

export { grad, jvp, scan, valueAndGrad, vjp, vmap } from "../../autodiff/mod.ts";
export {
  add,
  div,
  evaluate,
  exp,
  init,
  jit,
  key,
  log,
  matmul,
  max,
  mean,
  mul,
  normal,
  reshape,
  setDevice,
  softmax,
  sub,
  sum,
  take,
  tanh,
  tensor,
  transpose,
  treeMap,
  where,
} from "../../core/mod.ts";

registerBackend("cpu", wasmBackend);
registerBackend("webgpu", webgpuBackend);
