import type { Atom, Axis, Index, KernelIR, Store } from "./types.ts";
import { bufferOf, buffersOf, postOrder, rootsOfKernel } from "./structure.ts";

/**
 * The structure of a kernel with its axes, buffers and values renumbered: kernels with equal keys
 * are one function. With `memoryOf`, equal keys also have buffers in equal memory at equal places.
 */
export function keyOf(ir: KernelIR, memoryOf?: (buffer: number) => number): string {
  const axes = new Map<number, number>();
  const parts: string[] = [];
  const axisKey = (axis: Axis): string => {
    if (!axes.has(axis.id)) axes.set(axis.id, axes.size);
    return `${axes.get(axis.id)}:${axis.size}`;
  };
  parts.push(
    `${ir.kind}${ir.tile ? "t" : ""}`,
    ir.sequence.map(axisKey).join(),
    ir.rows.map(axisKey).join(),
    axisKey(ir.lane),
  );
  const buffers = new Map(buffersOf(ir).map((buffer, i) => [buffer, i]));
  const values = new Map<number, number>();
  const atomKey = (atom: Atom): string => {
    switch (atom.kind) {
      case "axis":
        return `a${axisKey(atom.axis)}`;
      case "dynamic":
        return `v${values.get(atom.value.id)}`;
      default:
        return `${atom.kind}(${indexKey(atom.index)})${atom.by}`;
    }
  };
  const indexKey = (index: Index): string =>
    index.terms.map(([atom, c]) => `${c}*${atomKey(atom)}`).sort().join("+") + `+${index.constant}`;
  for (const value of postOrder(rootsOfKernel(ir))) {
    const args = value.args.map((arg) => values.get(arg.id)).join();
    const buffer = bufferOf(value);
    const where = buffer === undefined ? "" : `b${buffers.get(buffer)}`;
    const index = value.index ? `[${indexKey(value.index)}]` : "";
    const number = Object.is(value.number, -0) ? "-0" : value.number ?? "";
    const params = value.params === undefined ? "" : JSON.stringify(value.params);
    parts.push(`${value.op}.${value.dtype}(${args})${where}${index}${number}${params}`);
    values.set(value.id, values.size);
  }
  const storeKey = (store: Store): string =>
    `b${buffers.get(store.buffer)}[${indexKey(store.index)}]=${values.get(store.value.id)}`;
  for (const { reductions, stores } of ir.stages) {
    parts.push(
      "stage",
      ...reductions.map(({ op, value }) => `${op}${values.get(value.id)}`),
      ...stores.map(storeKey),
    );
  }
  if (ir.segment) parts.push(`segment ${values.get(ir.segment.id)}`);
  parts.push("rows", ...ir.rowStores.map(storeKey));
  if (memoryOf) {
    const memories = [...buffers.keys()].map(memoryOf);
    parts.push(`memory ${memories.map((memory) => memories.indexOf(memory)).join()}`);
  }
  return parts.join(";");
}
