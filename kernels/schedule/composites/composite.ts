import type { Aval, Tensor } from "../../../core/mod.ts";
import type { Machine } from "../../ir/types.ts";
import type { NodeParams } from "../node.ts";

/** An application of a primitive as a composite sees it. */
export type Applied = {
  readonly params: NodeParams;
  readonly inputs: readonly Aval[];
  readonly outputs: readonly Aval[];
  readonly machine: Machine;
};

/** A primitive in terms of others that have kernels, where it has none itself. */
export type Composite = {
  /** Which applications are replaced. */
  readonly when: (applied: Applied) => boolean;
  /** The results, of the types that the application has. */
  readonly make: (inputs: readonly Tensor[], applied: Applied) => readonly Tensor[];
};
