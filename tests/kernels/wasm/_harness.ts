import { type DType, narrow, type StorageArray, widen } from "../../../mod.ts";
import { addIndex, axisIndex, constantIndex, flatten } from "../../../kernels/ir/index.ts";
import type { Axis, Index, KernelIR, Value } from "../../../kernels/ir/types.ts";
import { type Expressions, expressions, makeValue } from "../../../kernels/ir/value.ts";
import { newCode } from "../../../kernels/wasm/code.ts";
import { newHeap } from "../../../kernels/wasm/heap.ts";
import { viewAt } from "../../../kernels/wasm/host.ts";
import { buffersOf } from "../../../kernels/wasm/structure.ts";

const heap = newHeap();
const code = newCode(heap.memory);
const scratch = heap.allocate(1 << 22).address;

/** Runs a kernel whole on buffers given as values; the buffers' values after it. */
export function runKernel(
  ir: KernelIR,
  buffers: Readonly<Record<number, { dtype: DType; data: readonly number[] }>>,
): Record<number, number[]> {
  const number = code.functionOf(ir);
  code.link();
  const blocks = new Map(
    Object.entries(buffers).map(([id, { dtype, data }]) => {
      const storage = narrow(data, dtype);
      const block = heap.allocate(storage.byteLength);
      const aval = { dtype, shape: [data.length] };
      viewAt(heap, block.address, aval).set(storage);
      return [Number(id), { block, aval }];
    }),
  );
  const rows = ir.rows.reduce((product, axis) => product * axis.size, 1);
  const pointers = buffersOf(ir).map((id) => blocks.get(id)!.block.address);
  code.calls[number]!(0, rows, 0, ir.lane.size, scratch, ...pointers);
  const after: Record<number, number[]> = {};
  for (const [id, { block, aval }] of blocks) {
    const storage: StorageArray = viewAt(heap, block.address, aval).slice();
    after[id] = [...widen(storage, aval).data];
    heap.free(block);
  }
  return after;
}

/** A kernel's table, with shorthands for its expressions. */
export type Maker = {
  readonly table: Expressions;
  load(buffer: number, index: Index, dtype?: DType): Value;
  op(name: string, dtype: DType, args: readonly Value[], params?: unknown): Value;
  number(value: number, dtype?: DType): Value;
  red(number: number, dtype?: DType): Value;
  /** Row-major position over axes. */
  at(...axes: readonly Axis[]): Index;
  shifted(index: Index, by: number): Index;
};

/** A fresh table. */
export function maker(): Maker {
  const table = expressions();
  return {
    table,
    load: (buffer, index, dtype = "f32") => makeValue(table, "load", dtype, [], { buffer, index }),
    op: (name, dtype, args, params) =>
      makeValue(table, name, dtype, args, params === undefined ? {} : { params }),
    number: (number, dtype = "f32") => makeValue(table, "const", dtype, [], { number }),
    red: (number, dtype = "f32") => makeValue(table, "red", dtype, [], { number }),
    at: (...axes) =>
      flatten(
        table.indices,
        axes.map((axis) => axisIndex(table.indices, axis)),
        axes.map((axis) => axis.size),
      ),
    shifted: (index, by) => addIndex(table.indices, index, constantIndex(table.indices, by)),
  };
}
