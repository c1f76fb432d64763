import type { Call } from "../code.ts";
import { features } from "../features.ts";
import { moduleBytes } from "../module.ts";
import { macroKernel } from "./macro.ts";
import { microKernel } from "./micro.ts";
import { packA } from "./pack_a.ts";
import { packB } from "./pack_b.ts";

/** The functions of the product module, linked to a memory. */
export type ProductCalls = {
  readonly packA: Call;
  readonly packB: Call;
  readonly macro: Call;
};

/** The one module that serves products of every shape. */
export function productModule(): WebAssembly.Module {
  const fns = [microKernel(), packA(), packB(), macroKernel(0)];
  return new WebAssembly.Module(moduleBytes(fns, features().shared));
}

/** Links the product module to a memory. */
export function linkProducts(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
): ProductCalls {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return {
    packA: exports["packA"] as Call,
    packB: exports["packB"] as Call,
    macro: exports["macro"] as Call,
  };
}
