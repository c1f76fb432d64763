import { coefficientOf } from "../../ir/index.ts";
import type { Index, KernelIR, Operand, Value } from "../../ir/types.ts";

/** An operand that is stored in halves and only widened: four that lie side by side are one load. */
export type NarrowQuads = {
  readonly dtype: "f16" | "bf16";
  readonly buffer: number;
  /** Where an element lies; four lanes from a multiple of four on lie one after the other. */
  readonly index: Index;
};

/** The halves that a loader widens, if that is all that it does; else null. */
export function narrowQuads({ loader }: Operand): NarrowQuads | null {
  const load = loader && widened(loader);
  if (!load || load.dtype !== "f16" && load.dtype !== "bf16") return null;
  const { lane } = loader;
  const { terms, constant } = load.index!;
  const inFours = terms.every(([atom, coefficient]) =>
    atom.kind === "axis" && (atom.axis.id === lane.id || coefficient % 4 === 0)
  );
  if (!inFours || coefficientOf(load.index!, lane) !== 1) return null;
  if (constant % 4 !== 0 || lane.size % 4 !== 0) return null;
  return { dtype: load.dtype, buffer: load.buffer!, index: load.index! };
}

/** The load whose value a loader converts to f32. */
function widened({ stages }: KernelIR): Value | null {
  const { op, dtype, args } = stages[0]!.stores[0]!.value;
  const [load] = args;
  return op === "convert_element_type" && dtype === "f32" && load?.op === "load" ? load : null;
}
