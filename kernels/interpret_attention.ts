import { allPrimitives, type DType, type HostArray } from "../core/mod.ts";
import { roundTo, sizeOf, stridesOf } from "../core/internal.ts";
import type { AttentionIR } from "./ir/attention.ts";

/** The values of the buffers of a schedule, and their dtypes. */
type Memory = { readonly arrays: readonly Float64Array[]; readonly dtypes: readonly DType[] };

/** Runs attention through the primitive's `evaluate`, on copies of what its operands' strides reach. */
export function interpretAttention(memory: Memory, ir: AttentionIR): void {
  const operands = ir.inputs.map(({ buffer, offset, strides }, i): HostArray => {
    const { shape, dtype } = ir.inputTypes[i]!;
    const from = memory.arrays[buffer]!;
    const own = stridesOf(shape);
    const data = Float64Array.from({ length: sizeOf(shape) }, (_, at) => {
      const place = own.reduce(
        (sum, stride, axis) => sum + Math.floor(at / stride) % shape[axis]! * strides[axis]!,
        offset,
      );
      return from[place]!;
    });
    return { data, shape, dtype };
  });
  const primitive = allPrimitives().get(ir.primitive)!;
  primitive.evaluate(operands, ir.params, ir.outputTypes).forEach((data, i) => {
    const id = ir.outputs[i]!;
    memory.arrays[id]!.set(roundTo(data, memory.dtypes[id]!));
  });
}
