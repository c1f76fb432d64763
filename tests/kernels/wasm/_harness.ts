import type { DType, StorageArray } from "../../../mod.ts";
import { narrow, widen } from "../../../core/internal.ts";
import type { KernelIR } from "../../../kernels/ir/types.ts";
import { newCode } from "../../../kernels/wasm/code.ts";
import { newHeap } from "../../../kernels/wasm/heap.ts";
import { viewAt } from "../../../kernels/wasm/host.ts";
import { buffersOf } from "../../../kernels/ir/structure.ts";

export { type Maker, maker } from "../_maker.ts";

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
