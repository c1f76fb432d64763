import { reshape, type Tensor } from "../../../core/mod.ts";
import { gatherRows, type ScatterParams, scatterRows, sizeOf } from "../../../core/internal.ts";
import type { Composite } from "./composite.ts";
import { argsort, sortable } from "./sort.ts";

/** Updates up to which a device that works on segments takes them one after another all the same. */
const FEW = 1024;

/**
 * Updates in the order of their ids, so that those of one row are neighbours and different rows can
 * be changed at once. The sort is stable: the updates of a row still come in their own order, and
 * the result is the same to the bit.
 */
export const sortedScatterComposite: Composite = {
  when: ({ machine, inputs, params }) =>
    machine.segments === true && !params.sorted && sizeOf(inputs[1]!.shape) > FEW,
  make: ([x, ids, updates], { params }) => {
    const { kind, axis } = params as unknown as ScatterParams;
    const count = sizeOf(ids!.shape);
    const flat = reshape(ids!, [count]);
    const order = reshape(argsort(reshape(sortable(flat), [1, count])), [count]);
    const { shape } = updates!;
    const rank = ids!.shape.length;
    const rows = reshape(updates!, [...shape.slice(0, axis), count, ...shape.slice(axis + rank)]);
    const sorted: readonly [Tensor, Tensor] = [
      gatherRows(flat, order, { axis: 0 }),
      gatherRows(rows, order, { axis }),
    ];
    return [scatterRows(x!, sorted, { kind, axis, sorted: true })];
  },
};
