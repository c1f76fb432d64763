import { allPrimitives, type Aval, type StorageArray } from "../../core/mod.ts";
import {
  narrow,
  roundTo,
  sizeOf,
  type SortParams,
  storageView,
  widen,
} from "../../core/internal.ts";
import type { HostIR } from "../ir/types.ts";
import type { Heap } from "./heap.ts";
import { sortArrays } from "./sort.ts";

/** Runs a primitive through its `evaluate` on whole arrays in memory; addresses are by buffer. */
export function runHost(ir: HostIR, heap: Heap, addressOf: (buffer: number) => number): void {
  if (ir.primitive === "sort") return runSort(ir, heap, addressOf);
  const primitive = allPrimitives().get(ir.primitive)!;
  const inputs = ir.inputs.map((buffer, i) => {
    const aval = ir.inputTypes[i]!;
    return widen(viewAt(heap, addressOf(buffer), aval), aval);
  });
  const results = primitive.evaluate(inputs, ir.params, ir.outputTypes);
  ir.outputs.forEach((buffer, i) => {
    const aval = ir.outputTypes[i]!;
    const storage = narrow(roundTo(results[i]!, aval.dtype), aval.dtype);
    viewAt(heap, addressOf(buffer), aval).set(storage);
  });
}

function runSort(ir: HostIR, heap: Heap, addressOf: (buffer: number) => number): void {
  const views = (buffers: readonly number[], types: readonly Aval[]): StorageArray[] =>
    buffers.map((buffer, i) => viewAt(heap, addressOf(buffer), types[i]!));
  const operands = views(ir.inputs, ir.inputTypes);
  sortArrays(operands, views(ir.outputs, ir.outputTypes), ir.inputTypes, ir.params as SortParams);
}

/** The storage of an array in memory. */
export function viewAt(
  heap: Heap,
  address: number,
  { dtype, shape }: Aval,
): ReturnType<typeof storageView> {
  return storageView(dtype, heap.bytes().buffer, address, sizeOf(shape));
}
