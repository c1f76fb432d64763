import { allPrimitives, type DType, type HostArray, type Shape } from "../core/mod.ts";
import { roundTo, sizeOf, stridesOf } from "../core/internal.ts";
import type { AttentionIR, StridedView } from "./ir/attention.ts";

/** The values of the buffers of a schedule, and their dtypes. */
type Memory = { readonly arrays: readonly Float64Array[]; readonly dtypes: readonly DType[] };

/** Runs attention through the primitive's `evaluate`, on copies of what its operands' strides reach. */
export function interpretAttention({ arrays, dtypes }: Memory, ir: AttentionIR): void {
  const operands = ir.inputs.map((view, i): HostArray => {
    const { shape, dtype } = ir.inputTypes[i]!;
    const from = arrays[view.buffer]!;
    return { data: Float64Array.from(placesOf(view, shape), (at) => from[at]!), shape, dtype };
  });
  const primitive = allPrimitives().get(ir.primitive)!;
  primitive.evaluate(operands, ir.params, ir.outputTypes).forEach((data, i) => {
    const view = ir.outputs[i]!;
    const [to, rounded] = [arrays[view.buffer]!, roundTo(data, dtypes[view.buffer]!)];
    placesOf(view, ir.outputTypes[i]!.shape).forEach((at, j) => to[at] = rounded[j]!);
  });
}

/** Where the elements of a view lie, in its order. */
function placesOf({ offset, strides }: StridedView, shape: Shape): number[] {
  const own = stridesOf(shape);
  return Array.from({ length: sizeOf(shape) }, (_, at) =>
    own.reduce(
      (sum, stride, axis) => sum + Math.floor(at / stride) % shape[axis]! * strides[axis]!,
      offset,
    ));
}
