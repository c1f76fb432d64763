import { bind } from "../bind.ts";
import type { DType } from "../dtype.ts";
import type { GraphNode } from "../graph.ts";
import { signatureOf } from "../intern.ts";
import { definePrimitive, type Primitive } from "../primitive.ts";
import type { Aval } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/** The number and its dtype. */
export type ConstantParams = { readonly value: number; readonly dtype: DType };

/** A scalar known while tracing. It depends on nothing, so it has no tangent and no batch axis. */
export const constantP: Primitive<[], [Tensor], ConstantParams> = definePrimitive<
  [],
  [Tensor],
  ConstantParams
>({
  name: "constant",
  infer: (_inputs, { dtype }) => [{ shape: [], dtype }],
  evaluate: (_inputs, { value }) => [Float64Array.of(value)],
});

/** The scalar `value`. Derivative rules write their numbers with it. */
export function constant(value: number, dtype: DType): Tensor {
  return bind(constantP, [], { value, dtype })[0];
}

/** The same as a node of a Graph. */
export function constantNode(value: number, aval: Aval, out: number): GraphNode {
  const params: ConstantParams = { value, dtype: aval.dtype };
  const signature = signatureOf(constantP, params);
  return { primitive: constantP, params, signature, inputs: [], out, count: 1 };
}
