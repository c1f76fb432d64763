import type { Aval, DType, Shape } from "../../core/mod.ts";
import { sizeOf } from "../../core/internal.ts";
import type { Machine } from "../ir/types.ts";
import { hasFormula } from "../lower/formulas/mod.ts";

/**
 * The Graph as the scheduler sees it: one node a value, inputs included, aliases gone. A node of a
 * primitive with several results stands for the first; `also` nodes stand for the others.
 */

/** How the scheduler treats a node. */
export type NodeKind =
  | "input"
  | "constant" // every element is `value`
  | "iota"
  | "elementwise"
  | "view" // elements of the first operand at other places: reshape, transpose, fence ...
  | "gather" // elements of the first operand at places that other operands tell
  | "random" // random_bits and threefry2x32
  | "reduce"
  | "product"
  | "attention"
  | "concatenate" // stored in place by its operands
  | "update" // dynamic_update_slice and scatter: the first operand with elements replaced
  | "cumulative" // a running operation, which reads the results before
  | "copy"
  | "order" // what a fence waits for; has no value
  | "also"
  | "host";

/** One value. */
export type Node = {
  readonly id: number;
  readonly kind: NodeKind;
  readonly op: string;
  readonly params: unknown;
  readonly inputs: readonly number[];
  readonly shape: Shape;
  readonly dtype: DType;
  readonly size: number;
  /** The element of a constant. */
  readonly value: number;
  /** The nodes of every result, for a host or attention node; otherwise empty. */
  readonly results: readonly number[];
};

/** A normalised Graph. */
export type Norm = {
  readonly nodes: readonly Node[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
};

/** Parameters of the primitives that the scheduler lowers. */
export type NodeParams = {
  readonly shape: readonly number[];
  readonly dims: readonly number[];
  readonly perm: readonly number[];
  readonly start: readonly number[];
  readonly step: readonly number[];
  readonly low: readonly number[];
  readonly high: readonly number[];
  readonly interior: readonly number[];
  readonly axes: readonly number[];
  readonly sizes: readonly number[];
  readonly axis: number;
  readonly stride: number;
  readonly dilation: number;
  readonly starts: readonly number[];
  readonly kind: string;
  readonly sorted?: boolean;
  readonly count: number;
  readonly value: number;
  readonly n: number;
  readonly contract: readonly [readonly number[], readonly number[]];
  readonly batch: readonly [readonly number[], readonly number[]];
};

/** The parameters of a node whose primitive is known. */
export function paramsOf(node: { readonly params: unknown }): NodeParams {
  return node.params as NodeParams;
}

const VIEWS = new Set(["reshape", "transpose", "broadcast_in_dim", "slice", "rev", "windows"]);

const REDUCTIONS: Readonly<Record<string, "sum" | "max" | "min" | "prod">> = {
  reduce_sum: "sum",
  reduce_max: "max",
  reduce_min: "min",
  reduce_prod: "prod",
};

const RANDOM_OPERATIONS = ["add", "xor", "or", "shift_left", "shift_right_logical", "eq"];

/** Which fold a reduction is. */
export function reductionOf(node: Node): "sum" | "max" | "min" | "prod" {
  return REDUCTIONS[node.op]!;
}

/** Dtypes that no emitter knows. */
const HOST_ONLY: readonly DType[] = ["f64", "i16", "u16"];

/** The kind of an application of a primitive; "host" where there is no kernel for it. */
export function classify(
  op: string,
  inputs: readonly Aval[],
  output: Aval,
  machine: Machine,
): NodeKind {
  const kind = kindOf(op, machine);
  const hasNoKernel = [...inputs, output].some(({ dtype }) => HOST_ONLY.includes(dtype));
  // Composites have replaced what has no elements, but for primitives that hold Graphs.
  return hasNoKernel || inputs.some((aval) => sizeOf(aval.shape) === 0) ? "host" : kind;
}

function kindOf(op: string, { elementwise }: Machine): NodeKind {
  if (VIEWS.has(op)) return "view";
  if (op === "convert_element_type" || op === "select" || elementwise.has(op)) return "elementwise";
  if (hasFormula(op)) return "elementwise";
  if (op in REDUCTIONS) return "reduce";
  const clamps = elementwise.has("min") && elementwise.has("max");
  switch (op) {
    case "constant":
      return "constant";
    case "iota":
      return "iota";
    case "dot_general":
      return "product";
    case "attention":
    case "attention_grad":
      return "attention";
    case "concatenate":
    case "pad":
      return "concatenate";
    case "cumulative":
      return "cumulative";
    case "gather":
    case "dynamic_slice":
      return clamps ? "gather" : "host";
    case "random_bits":
    case "threefry2x32":
      return RANDOM_OPERATIONS.every((name) => elementwise.has(name)) ? "random" : "host";
    case "dynamic_update_slice":
      return clamps ? "update" : "host";
    case "scatter": {
      const compares = elementwise.has("lt") && elementwise.has("ge") && elementwise.has("and");
      return clamps && compares ? "update" : "host";
    }
    default:
      return "host";
  }
}

/** Whether a value costs no memory traffic of its own: it is part of whoever reads it. */
export function isFree(node: Node): boolean {
  return node.kind === "constant" || node.kind === "iota" || node.kind === "input";
}
