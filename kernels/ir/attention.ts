import type { AnyPrimitive, Aval, DType } from "../../core/mod.ts";
import {
  type AttentionParams,
  type AttentionPart,
  type AttentionSizes,
  attentionSizes,
  operandCount,
} from "../../core/internal.ts";

/** Attention as a kernel of its own: what the schedule says of it, for every backend. */

/** An array read as it lies: element (i, j, ...) is at offset + Σ position · stride, in elements. */
export type StridedView = {
  readonly buffer: number;
  readonly dtype: DType;
  readonly offset: number;
  /** 0 along sides of 1. */
  readonly strides: readonly number[];
};

/** Elements that rows start at multiples of: kernels read them in quads. */
const QUAD = 4;

/** Whether the rows of an array are contiguous and start at quads. */
export function hasQuadRows({ offset, strides }: StridedView): boolean {
  return strides.at(-1) === 1 && [offset, ...strides.slice(0, -1)].every((n) => n % QUAD === 0);
}

/** The primitives that a backend may have kernels for; `attention_tangent` is always a composite. */
export type AttentionName = "attention" | "attention_grad";

/** An application of attention or of its gradient. */
export type AttentionCall = {
  readonly primitive: AttentionName;
  readonly params: AttentionParams;
  readonly inputTypes: readonly Aval[];
  readonly outputTypes: readonly Aval[];
};

/**
 * Attention or its gradient. Rows of queries, keys, values, results and cotangents are contiguous and
 * start at multiples of 4 elements.
 */
export type AttentionIR = AttentionCall & {
  readonly kind: "attention";
  readonly inputs: readonly StridedView[];
  readonly outputs: readonly StridedView[];
};

/** The operands of an attention kernel by name; those of the results only in a gradient. */
export type AttentionViews = {
  readonly query: StridedView;
  readonly key: StridedView;
  readonly value: StridedView;
  readonly bias: StridedView | null;
  readonly mask: StridedView | null;
  readonly out: StridedView | null;
  readonly lse: StridedView | null;
  readonly ct: StridedView | null;
};

/** The operands of a kernel by name. */
export function viewsOf(
  { params, inputs }: Pick<AttentionIR, "params" | "inputs">,
): AttentionViews {
  const count = operandCount(params);
  const [query, key, value] = inputs as readonly [StridedView, StridedView, StridedView];
  return {
    query,
    key,
    value,
    bias: params.bias ? inputs[3]! : null,
    mask: params.mask ? inputs[count - 1]! : null,
    out: inputs[count] ?? null,
    lse: inputs[count + 1] ?? null,
    ct: inputs[count + 2] ?? null,
  };
}

/** The cotangents that a gradient computes, in the order of its results. */
export function wantsOf({ params }: Pick<AttentionCall, "params">): readonly AttentionPart[] {
  return (params as AttentionParams & { readonly wants: readonly AttentionPart[] }).wants;
}

/** Whether a primitive may stay in a Graph until a backend says that it has no kernel for it. */
export function mayAttend({ name }: Pick<AnyPrimitive, "name">): boolean {
  return name === "attention" || name === "attention_grad";
}

/** Whether the call needs what no kernel has: other dtypes than f32, gradients of biases or sums. */
export function isPlainCall({ primitive, params, inputTypes }: AttentionCall): boolean {
  const floats = inputTypes.filter(({ dtype }) => dtype !== "bool");
  if (floats.some(({ dtype }) => dtype !== "f32")) return false;
  const [query, , value] = inputTypes;
  if (query!.shape[3] !== value!.shape[3] || query!.shape[3]! % 4 !== 0) return false;
  if (primitive === "attention") return true;
  return !wantsOf({ params }).includes("bias") && inputTypes.length === operandCount(params) + 3;
}

/** The sides of an attention. */
export function sizesOf({ inputTypes }: Pick<AttentionCall, "inputTypes">): AttentionSizes {
  const [query, key, value] = inputTypes as readonly [Aval, Aval, Aval];
  return attentionSizes({ query, key, value });
}
