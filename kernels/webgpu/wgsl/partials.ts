import type { KernelIR, Reduction } from "../../ir/types.ts";
import { PARTIALS } from "../product/printer.ts";
import type { Bindings } from "./bindings.ts";
import type { Touch } from "./elements.ts";
import { type Register, registerOf } from "./scalar.ts";
import { printLoad, printStore } from "./storage.ts";

/** What parts of a reduction leave in the workspace PARTIALS for the kernel that adds them up. */

/** The reductions of a kernel that is nothing else; null for others. */
export function onlyReductions({ stages, sequence }: KernelIR): readonly Reduction[] | null {
  const busy = stages.filter(({ reductions, stores }) => reductions.length + stores.length > 0);
  const isOne = busy.length === 1 && busy[0]!.stores.length === 0 && sequence.length === 0;
  return isOne ? busy[0]!.reductions : null;
}

/** What is done to the workspace. */
export function partialTouches(ir: KernelIR): Touch[] {
  return (onlyReductions(ir) ?? []).flatMap(({ value }): Touch[] => {
    const dtype = wordOf(registerOf(value.dtype));
    return [true, false].map((isStore) => ({ buffer: PARTIALS, dtype, isStore }));
  });
}

/** Keeps what a part has found as word `at`. */
export function storePart(
  bindings: Bindings,
  { value: { dtype } }: Reduction,
  at: string,
  found: string,
): string {
  const register = registerOf(dtype);
  const word = register === "bool" ? `select(0u, 1u, ${found})` : found;
  return printStore(bindings, PARTIALS, wordOf(register), at, word);
}

/** What a part has kept as word `at`. */
export function loadPart(
  bindings: Bindings,
  { value: { dtype } }: Reduction,
  at: string,
): string {
  const register = registerOf(dtype);
  const word = printLoad(bindings, PARTIALS, wordOf(register), at);
  return register === "bool" ? `(${word} != 0u)` : word;
}

function wordOf(register: Register): "f32" | "i32" | "u32" {
  return register === "bool" ? "u32" : register;
}
