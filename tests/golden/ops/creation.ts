import * as g from "../../../mod.ts";
import { binary, number, type OpTable, withAttrs } from "./_table.ts";

/** Golden ops of grids, spaces, polynomials and counts. */
export const creation: OpTable = {
  cross: binary((x, y) => g.cross(x, y)),
  geomspace: ({ start, stop, num }) => () => [
    g.geomspace(number(start), number(stop), { count: number(num) }),
  ],
  histogram: ({ bins, range }) => ([x]) =>
    g.histogram(x!, { bins: number(bins), range: range as [number, number] }),
  interp: () => ([x, points, values]) => [g.interp(x!, { points: points!, values: values! })],
  logspace: ({ start, stop, num, base }) => () => [
    g.logspace(number(start), number(stop), { count: number(num), base: number(base) }),
  ],
  meshgrid: ({ indexing }) => (xs) => g.meshgrid(xs, { indexing: indexing as "xy" | "ij" }),
  nonzero_sized: ({ size }) => ([x]) => g.nonzero(x!, { size: number(size) }),
  tril_indices: ({ n, k, m }) => () =>
    g.trilIndices(number(n), { k: number(k), columns: number(m) }),
  unique_sized: ({ size }) => ([x]) => {
    const { values, counts } = g.unique(x!, { size: number(size) });
    return [values, counts];
  },
  vander: withAttrs((x, { N }) => g.vander(x, { columns: number(N) })),
};
