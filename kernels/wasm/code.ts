import type { KernelIR } from "../ir/types.ts";
import { features } from "./features.ts";
import { emitKernel } from "./kernel.ts";
import { keyOf } from "../ir/key.ts";
import { type Call, type CodeModule, exportName, linkModule } from "./link.ts";
import { moduleBytes } from "./module.ts";
import type { Fn } from "./asm.ts";

/** The kernel functions of a backend, each made once. */
export type Code = {
  /** Functions by number, as far as they are linked. */
  readonly calls: readonly Call[];
  /** Every module so far. */
  readonly modules: readonly CodeModule[];
  /** Number of the function of a kernel (see `emitKernel`); it can be called after `link`. */
  functionOf(ir: KernelIR, pitch?: number | null): number;
  /** Compiles the functions asked for since the last time, in one module; null if there are none. */
  link(): CodeModule | null;
};

/** An empty cache over a memory. */
export function newCode(memory: WebAssembly.Memory): Code {
  const numbers = new Map<string, number>();
  const calls: Call[] = [];
  const modules: CodeModule[] = [];
  let fresh: { fn: Fn; number: number }[] = [];
  return {
    calls,
    modules,
    functionOf(ir, pitch = null) {
      const key = pitch === null ? keyOf(ir) : `${keyOf(ir)}@${pitch}`;
      const known = numbers.get(key);
      if (known !== undefined) return known;
      const number = numbers.size;
      numbers.set(key, number);
      const fn = emitKernel(ir, pitch);
      fn.name = exportName(number);
      fresh.push({ fn, number });
      return number;
    },
    link() {
      if (fresh.length === 0) return null;
      const bytes = moduleBytes(fresh.map(({ fn }) => fn), features().shared);
      const made = {
        module: new WebAssembly.Module(bytes),
        fns: fresh.map(({ number }) => number),
      };
      fresh = [];
      modules.push(made);
      linkModule(made, memory, calls);
      return made;
    },
  };
}
