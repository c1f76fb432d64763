import type fc from "fast-check";
import { range } from "../../core/internal.ts";
import { built, type Case, type Elements, f64, fill, pick } from "./case.ts";
import type { Generator } from "./generators.ts";

const REAL: Elements = { low: -1, high: 1 };
const DISTINCT: Elements = { low: -2, high: 2, apart: 0.05 };

/** Random matrices with 2, 4, 6 ... added to the diagonal: well conditioned, distinct spectra. */
function matrices(shape: readonly number[], seed: number): Float64Array {
  const [m, n] = shape.slice(-2) as [number, number];
  return fill(f64(shape), { low: -0.5, high: 0.5 }, seed).map((v, i) => {
    const [row, column] = [Math.floor(i / n) % m, i % n];
    return row === column ? v + 2 * (row + 1) : v;
  });
}

/** (A + Aᵀ) / 2 of every matrix. */
function symmetrized(a: Float64Array, shape: readonly number[]): Float64Array {
  const n = shape.at(-1)!;
  return a.map((v, i) => {
    const [start, row, column] = [i - i % (n * n), Math.floor(i / n) % n, i % n];
    return (v + a[start + column * n + row]!) / 2;
  });
}

const lead = (random: () => number): number[] => random() < 0.5 ? [] : [pick(random, 0, 2)];

const square: fc.Arbitrary<Case> = built((random, seed) => {
  const n = pick(random, 1, 4);
  const shape = [...lead(random), n, n];
  return { avals: [f64(shape)], values: [matrices(shape, seed)], params: null };
});

/** Symmetric matrices, which stay so where they move: what reads one half of them needs it. */
const symmetric: fc.Arbitrary<Case> = square.map(({ avals, values, params }) => ({
  avals,
  values: values.map((data, i) => symmetrized(data, avals[i]!.shape)),
  params,
  along: symmetrized,
}));

const rectangular = (tall: boolean): Generator => ({
  cases: built((random, seed) => {
    const [m, n] = [pick(random, 1, 4), pick(random, 1, 4)];
    const shape = [...lead(random), ...(tall && m < n ? [n, m] : [m, n])];
    return { avals: [f64(shape)], values: [matrices(shape, seed)], params: null };
  }),
});

/** Generators of sorting, convolution and the decompositions. */
export const MATRIX_GENERATORS: { readonly [primitive: string]: Generator } = {
  cholesky: { cases: symmetric },
  eigh: { cases: symmetric },
  lu: { cases: square },
  qr: rectangular(true),
  svd: rectangular(false),
  triangular_solve: {
    cases: built((random, seed) => {
      const [n, k] = [pick(random, 1, 4), pick(random, 0, 3)];
      const front = lead(random);
      const flag = (): boolean => random() < 0.5;
      const params = { left: flag(), lower: flag(), transpose: flag(), unitDiagonal: flag() };
      const avals = [[...front, n, n], [...front, ...(params.left ? [n, k] : [k, n])]].map(f64);
      const values = [matrices(avals[0]!.shape, seed), fill(avals[1]!, REAL, seed + 1)];
      return { avals, values, params };
    }),
  },
  sort: {
    cases: built((random, seed) => {
      const shape = range(pick(random, 1, 3)).map(() => pick(random, 0, 4));
      const avals = range(pick(random, 1, 3)).map(() => f64(shape));
      const params = {
        axis: pick(random, 0, shape.length - 1),
        keys: pick(random, 1, avals.length),
      };
      return { avals, values: avals.map((aval, i) => fill(aval, DISTINCT, seed + i)), params };
    }),
  },
  conv_general: {
    cases: built((random, seed) => {
      const rank = pick(random, 0, 2);
      const each = (low: number, high: number): number[] =>
        range(rank).map(() => pick(random, low, high));
      const [groups, inputs, outputs] = [
        pick(random, 1, 2),
        pick(random, 1, 2),
        pick(random, 1, 2),
      ];
      const avals = [
        f64([pick(random, 1, 2), groups * inputs, ...each(1, 4)]),
        f64([groups * outputs, inputs, ...each(1, 3)]),
      ];
      const params = {
        stride: each(1, 2),
        padding: range(rank).map(() => [pick(random, -1, 2), pick(random, 0, 2)]),
        lhsDilation: each(1, 2),
        rhsDilation: each(1, 2),
        groups,
      };
      const values = avals.map((aval, i) => fill(aval, REAL, seed + i));
      return { avals, values, params };
    }),
  },
};
