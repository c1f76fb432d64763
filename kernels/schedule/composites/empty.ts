import {
  type AnyPrimitive,
  type Aval,
  broadcastInDim,
  concatenate,
  type GraphNode,
  type Tensor,
} from "../../../core/mod.ts";
import { constant, sizeOf } from "../../../core/internal.ts";
import { paramsOf } from "../node.ts";

/** Arrays of no elements: what they leave of an application. */

const isEmpty = (aval: Aval): boolean => sizeOf(aval.shape) === 0;

/** Primitives whose result is that over nothing, in every element. */
const FOLDS = ["reduce_sum", "reduce_max", "reduce_min", "reduce_prod", "dot_general", "pad"];

/** Primitives that leave their first operand as it is. */
const UPDATES = ["scatter", "dynamic_update_slice"];

/** Whether an application is replaced by what it leaves. */
export function hasNoElements(
  { primitive: { name } }: GraphNode,
  inputs: readonly Aval[],
  outputs: readonly Aval[],
): boolean {
  if ([...inputs, ...outputs].some((aval) => aval.dtype === "f64")) return false;
  const isFilling = name === "broadcast_in_dim" && !isEmpty(inputs[0]!);
  if (outputs.every(isEmpty)) return !isFilling;
  const isHandled = FOLDS.includes(name) || UPDATES.includes(name) || name === "concatenate";
  return isHandled && inputs.some(isEmpty);
}

/** The results of an application that `hasNoElements`. */
export function withoutElements(
  { primitive, params }: GraphNode,
  inputs: readonly Tensor[],
  outputs: readonly Aval[],
): readonly Tensor[] {
  const { name } = primitive;
  if (outputs.every(isEmpty)) return outputs.map((aval) => filled(0, aval));
  if (UPDATES.includes(name)) return [inputs[0]!];
  if (name === "concatenate") {
    const { axis } = paramsOf({ params });
    return [concatenate(inputs.filter((x) => !isEmpty(x.aval)), { axis })];
  }
  return [filled(valueOf(primitive, inputs, params, outputs[0]!), outputs[0]!)];
}

function valueOf(
  primitive: AnyPrimitive,
  inputs: readonly Tensor[],
  params: unknown,
  output: Aval,
): number {
  const operands = inputs.map(({ aval }) => ({
    ...aval,
    data: new Float64Array(sizeOf(aval.shape)),
  }));
  return primitive.evaluate(operands, params, [output])[0]![0]!;
}

function filled(value: number, { shape, dtype }: Aval): Tensor {
  return broadcastInDim(constant(value, dtype), { shape, dims: [] });
}
