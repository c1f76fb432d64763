import type { AttentionIR } from "../ir/attention.ts";
import { keyOf } from "../ir/key.ts";
import { buffersOf } from "../ir/structure.ts";
import type { KernelIR, Operand, ProductIR } from "../ir/types.ts";
import type { MemoryOf, Windows } from "./wgsl/mod.ts";

/** By what compiled kernels are found again: what is printed, apart from the buffers' numbers. */

/** Which of the buffers share memory, since aliases are one binding, and which lie in windows. */
export function patternOf(
  buffers: readonly number[],
  memoryOf: MemoryOf,
  windows: Windows,
): string {
  const memories = buffers.map(memoryOf);
  const shared = memories.map((memory) => memories.indexOf(memory)).join();
  const counts = buffers.map(windows.count);
  return counts.every((count) => count === 1) ? shared : `${shared} in ${counts}`;
}

/** The buffers of a product in the order of its parts. */
export function buffersOfProduct({ a, b, plain, epilogue }: ProductIR): number[] {
  const operand = ({ buffer, loader }: Operand): number[] => loader ? buffersOf(loader) : [buffer];
  const all = [
    ...operand(a),
    ...operand(b),
    ...(plain ? [plain.buffer] : []),
    ...(epilogue ? buffersOf(epilogue) : []),
  ];
  return [...new Set(all.filter((buffer) => buffer >= 0))];
}

/** The structure of a product, its buffers apart. */
export function productKey(ir: ProductIR): string {
  const numbers = new Map(buffersOfProduct(ir).map((buffer, i) => [buffer, i]));
  const operand = ({ buffer, loader, ...strides }: Operand): unknown => [
    strides,
    loader ? mapKey(loader, numbers) : numbers.get(buffer),
  ];
  const { batch, m, n, k, a, b, plain, epilogue } = ir;
  return JSON.stringify([
    "product",
    [batch, m, n, k],
    operand(a),
    operand(b),
    plain ? { ...plain, buffer: numbers.get(plain.buffer) } : null,
    epilogue ? mapKey(epilogue, numbers) : null,
  ]);
}

/** The key of a map inside a product, and which of its buffers it means. */
function mapKey(ir: KernelIR, numbers: ReadonlyMap<number, number>): unknown {
  return [keyOf(ir), buffersOf(ir).map((buffer) => numbers.get(buffer) ?? buffer)];
}

/** The structure of an attention, its buffers apart. */
export function attentionKey(ir: AttentionIR): string {
  const { inputs, outputs, primitive, params, inputTypes } = ir;
  const views = [...inputs, ...outputs].map(({ offset, strides }) => [offset, strides]);
  return JSON.stringify([primitive, params, inputTypes, views]);
}
