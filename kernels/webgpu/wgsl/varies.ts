import { postOrder, rootsOfKernel } from "../../ir/structure.ts";
import type { Index, KernelIR, Value } from "../../ir/types.ts";

/** Finds the values that differ along an axis of a kernel. */
export function variesAlong(ir: KernelIR, axes: ReadonlySet<number>): (value: Value) => boolean {
  const found = new Set<number>();
  const indexVaries = (index: Index): boolean =>
    index.terms.some(([atom]) => {
      switch (atom.kind) {
        case "axis":
          return axes.has(atom.axis.id);
        case "dynamic":
          return found.has(atom.value.id);
        default:
          return indexVaries(atom.index);
      }
    });
  for (const value of postOrder(rootsOfKernel(ir))) {
    const below = value.args.some((arg) => found.has(arg.id));
    if (below || (value.index && indexVaries(value.index))) found.add(value.id);
  }
  return (value) => found.has(value.id);
}
