import type { AttentionIR } from "../ir/attention.ts";
import type { Index, KernelIR, Operand, StepIR, Value } from "../ir/types.ts";
import { valuesBelow } from "../ir/value.ts";

/** How a generated kernel reads one buffer: at which indices, and in which stage last. */
export type Reading = { readonly indices: Set<Index>; stage: number };

/** What a kernel touches. */
export type Access = { readonly reads: ReadonlySet<number>; readonly writes: ReadonlySet<number> };

/** How a generated kernel reads its buffers. Values per row are read after the last stage. */
export function readingsOf(ir: KernelIR): Map<number, Reading> {
  const readings = new Map<number, Reading>();
  const note = (roots: readonly Value[], stage: number): void => {
    for (const value of valuesBelow(roots)) {
      if (value.op !== "load") continue;
      const reading = readings.get(value.buffer!) ?? { indices: new Set(), stage };
      reading.indices.add(value.index!);
      reading.stage = Math.max(reading.stage, stage);
      readings.set(value.buffer!, reading);
    }
  };
  ir.stages.forEach((stage, i) => {
    note([...stage.reductions.map((r) => r.value), ...storeRoots(stage.stores)], i);
  });
  note(storeRoots(ir.rowStores), ir.stages.length);
  return readings;
}

/** The buffers that a kernel reads and writes. */
export function accessOf(ir: StepIR): Access {
  if (ir.kind === "host" || ir.kind === "loop") {
    return { reads: new Set(ir.inputs), writes: new Set(ir.outputs) };
  }
  if (ir.kind === "attention") {
    const buffers = (views: AttentionIR["inputs"]) => new Set(views.map(({ buffer }) => buffer));
    return { reads: buffers(ir.inputs), writes: buffers(ir.outputs) };
  }
  if (ir.kind !== "product") {
    return { reads: new Set(readingsOf(ir).keys()), writes: writesOf(ir) };
  }
  const reads = new Set<number>();
  for (const operand of [ir.a, ir.b]) for (const buffer of operandReads(operand)) reads.add(buffer);
  if (ir.plain) return { reads, writes: new Set([ir.plain.buffer]) };
  if (!ir.epilogue) return { reads, writes: new Set() };
  for (const buffer of readingsOf(ir.epilogue).keys()) reads.add(buffer);
  return { reads, writes: writesOf(ir.epilogue) };
}

/** The buffers that an operand of a product reads. */
export function operandReads(operand: Operand): Iterable<number> {
  return operand.loader ? readingsOf(operand.loader).keys() : [operand.buffer];
}

function writesOf(ir: KernelIR): Set<number> {
  const stores = [...ir.stages.flatMap((stage) => stage.stores), ...ir.rowStores];
  return new Set(stores.map((store) => store.buffer));
}

function storeRoots(stores: KernelIR["rowStores"]): Value[] {
  return stores.flatMap(({ value, index }) => [
    value,
    ...index.terms.flatMap(([atom]) => atom.kind === "dynamic" ? [atom.value] : []),
  ]);
}
