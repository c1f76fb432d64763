import { stridesOf } from "../../core/internal.ts";
import { type AttentionIR, hasQuadRows, type StridedView } from "../ir/attention.ts";
import { coefficientOf } from "../ir/index.ts";
import type { Axis, Index, KernelIR, ScheduledKernel } from "../ir/types.ts";
import { accessOf } from "../plan/access.ts";

/** A kernel that only moves an array into a larger one: where elements go, by the axes they lie on. */
type Move = {
  readonly from: number;
  readonly to: number;
  readonly load: Index;
  readonly store: Index;
  readonly axes: readonly Axis[];
};

/**
 * Results of attention that nothing reads but a kernel which moves them into a concatenation are
 * written there at once. `isPart` says which buffers are concatenations, `isKept` which are outputs.
 */
export function foldStores(
  kernels: readonly ScheduledKernel[],
  isPart: (buffer: number) => boolean,
  isKept: (buffer: number) => boolean,
): ScheduledKernel[] {
  const result: (ScheduledKernel | null)[] = kernels.slice();
  if (!kernels.some(({ ir }) => ir.kind === "attention")) return kernels.slice();
  const readers = new Map<number, number>();
  for (const { ir } of kernels) {
    for (const buffer of accessOf(ir).reads) readers.set(buffer, (readers.get(buffer) ?? 0) + 1);
  }
  kernels.forEach(({ ir }, at) => {
    const move = moveOf(ir);
    if (!move || !isPart(move.to) || isKept(move.from) || readers.get(move.from) !== 1) return;
    const maker = result.findIndex((kernel) =>
      kernel?.ir.kind === "attention" &&
      kernel.ir.outputs.some(({ buffer }) => buffer === move.from)
    );
    const kernel = result[maker];
    if (maker < 0 || maker > at || kernel?.ir.kind !== "attention") return;
    const folded = foldedInto(kernel.ir, move);
    if (!folded) return;
    result[maker] = { ...kernel, ir: folded };
    result[at] = null;
  });
  return result.filter((kernel) => kernel !== null);
}

function moveOf(ir: ScheduledKernel["ir"]): Move | null {
  if (ir.kind !== "map") return null;
  const store = onlyStore(ir);
  if (!store || store.value.op !== "load") return null;
  const load = store.value.index!;
  const isAffine = [load, store.index].every(({ terms }) =>
    terms.every(([atom]) => atom.kind === "axis")
  );
  if (!isAffine) return null;
  const axes = [...ir.rows, ir.lane];
  return { from: store.value.buffer!, to: store.buffer, load, store: store.index, axes };
}

function onlyStore({ stages, rowStores }: KernelIR): KernelIR["rowStores"][number] | null {
  const [stage] = stages;
  const isOne = stages.length === 1 && rowStores.length === 0;
  return isOne && stage!.stores.length === 1 ? stage!.stores[0]! : null;
}

function foldedInto(ir: AttentionIR, move: Move): AttentionIR | null {
  const number = ir.outputs.findIndex(({ buffer }) => buffer === move.from);
  const { shape } = ir.outputTypes[number]!;
  const own = stridesOf(shape);
  const strides = own.map((stride, i) => shape[i] === 1 ? 0 : movedStride(move, stride, shape[i]!));
  if (strides.includes(null) || move.load.constant !== 0) return null;
  const old = ir.outputs[number]!;
  const view: StridedView = {
    ...old,
    buffer: move.to,
    offset: move.store.constant,
    strides: strides as number[],
  };
  if (shape.length === 4 && !hasQuadRows(view)) return null;
  return { ...ir, outputs: ir.outputs.map((output, i) => i === number ? view : output) };
}

/** The stride that a dimension has where it is moved to, if it lies on one axis of the move. */
function movedStride({ load, store, axes }: Move, stride: number, side: number): number | null {
  for (const axis of axes) {
    const step = coefficientOf(load, axis);
    const isInside = step > 0 && stride % step === 0 && stride * side <= step * axis.size;
    if (isInside && stride >= step) return coefficientOf(store, axis) * (stride / step);
  }
  return null;
}
