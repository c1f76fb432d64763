import fc from "fast-check";
import type { Aval } from "../../mod.ts";
import { range } from "../../core/internal.ts";
import {
  alike,
  built,
  type Case,
  type Elements,
  f64,
  fill,
  one,
  pick,
  shuffled,
  sides,
} from "./case.ts";
import { shapes } from "../../testing/mod.ts";
import { ATTENTION_GENERATORS } from "./attention_generators.ts";
import { GRAPH_GENERATORS } from "./graph_generators.ts";
import { INDEX_GENERATORS } from "./index_generators.ts";
import { MATRIX_GENERATORS } from "./matrix_generators.ts";

/** A generator of valid operands, and the laws it is exempt from with the reason. */
export type Generator = {
  readonly cases: fc.Arbitrary<Case>;
  readonly exempt?: { readonly [law: string]: string };
};

const REAL: Elements = { low: -2, high: 2 };
const SMALL: Elements = { low: -0.9, high: 0.9 };
const POSITIVE: Elements = { low: 0.3, high: 3 };
const LARGE: Elements = { low: 1.2, high: 4 };
const DISTINCT: Elements = { low: -2, high: 2, apart: 0.05 };
const WHOLE: Elements = { low: -9, high: 9, integer: true };
const HALVES: Elements = { low: 0.1, high: 0.4 };

const unary = (elements: Elements): Generator => ({ cases: alike(1, elements) });
const binary = (elements: Elements | readonly Elements[]): Generator => ({
  cases: alike(2, elements),
});
const integers = (count: number, elements: Elements = WHOLE): Generator => ({
  cases: alike(count, elements, { dtypes: ["i32", "u32"] }),
});

const axesOf = (shape: readonly number[], random: () => number): number[] =>
  range(shape.length).filter(() => random() < 0.5);
const oneAxis = (shape: readonly number[], random: () => number): number =>
  pick(random, 0, shape.length - 1);
/** Empty shapes and scalars, but more often such as have something to move. */
const mostlyFull = fc.oneof(
  { arbitrary: shapes(), weight: 1 },
  { arbitrary: shapes({ minRank: 1, maxRank: 3, minSide: 2 }), weight: 3 },
);
const ranked = shapes({ minRank: 1, maxRank: 3, minSide: 1 });

const WORDS: Elements = { low: 0, high: 2 ** 32 - 1, integer: true };
const KEY: (shape: readonly number[]) => Aval = (shape) => ({ shape, dtype: "u32" });

/** One generator a primitive. A primitive without one fails the suite. */
export const GENERATORS: { readonly [primitive: string]: Generator } = {
  neg: unary(REAL),
  abs: unary(DISTINCT),
  sign: unary(DISTINCT),
  floor: unary(HALVES),
  ceil: unary(HALVES),
  round: unary(HALVES),
  exp: unary(REAL),
  exp2: unary(REAL),
  expm1: unary(REAL),
  log: unary(POSITIVE),
  log1p: unary(POSITIVE),
  sqrt: unary(POSITIVE),
  rsqrt: unary(POSITIVE),
  cbrt: unary(POSITIVE),
  sin: unary(REAL),
  cos: unary(REAL),
  tan: unary(SMALL),
  asin: unary(SMALL),
  acos: unary(SMALL),
  atan: unary(REAL),
  sinh: unary(REAL),
  cosh: unary(REAL),
  tanh: unary(REAL),
  asinh: unary(REAL),
  acosh: unary(LARGE),
  atanh: unary(SMALL),
  erf: unary(REAL),
  erfc: unary(REAL),
  erf_inv: unary(SMALL),
  lgamma: unary(POSITIVE),
  digamma: unary(POSITIVE),
  logistic: unary(REAL),
  square: unary(REAL),
  is_finite: unary(REAL),
  stop_gradient: {
    ...unary(REAL),
    exempt: {
      "jvp agrees with central differences": "its derivative is zero by decree",
      "the pullback agrees with central differences": "its derivative is zero by decree",
    },
  },
  polygamma: { cases: one(shapes(), (_s, random) => ({ n: pick(random, 1, 3) }), POSITIVE) },
  bitcast_convert_type: { cases: one(shapes(), () => ({ dtype: "u32" }), WHOLE, "i32") },
  threefry2x32: {
    cases: built((random, seed) => {
      const words = KEY([...sides(random, pick(random, 0, 2), 0), 2]);
      return {
        avals: [words, words],
        values: [fill(words, WORDS, seed), fill(words, WORDS, seed + 1)],
        params: null,
      };
    }),
  },
  random_bits: {
    cases: built((random, seed) => {
      const key = KEY([...sides(random, pick(random, 0, 2), 0), 2]);
      const params = { shape: sides(random, pick(random, 0, 2), 0), dtype: "u32" };
      return { avals: [key], values: [fill(key, WORDS, seed)], params };
    }),
  },
  integer_pow: { cases: one(shapes(), (_s, random) => ({ n: pick(random, -3, 4) }), POSITIVE) },
  convert_element_type: { cases: one(shapes(), () => ({ dtype: "f64" })) },
  not: integers(1),
  population_count: integers(1),
  count_leading_zeros: integers(1),
  add: binary(REAL),
  sub: binary(REAL),
  mul: binary(REAL),
  div: binary([REAL, POSITIVE]),
  rem: binary([{ low: 0.1, high: 0.9 }, { low: 1, high: 2 }]),
  pow: binary([POSITIVE, REAL]),
  max: binary([DISTINCT, { low: -2.013, high: 2, apart: 0.0503 }]),
  min: binary([DISTINCT, { low: -2.013, high: 2, apart: 0.0503 }]),
  atan2: binary(POSITIVE),
  eq: binary(REAL),
  ne: binary(REAL),
  lt: binary(REAL),
  le: binary(REAL),
  gt: binary(REAL),
  ge: binary(REAL),
  nextafter: { cases: alike(2, REAL, { dtypes: ["f32"] }) },
  and: integers(2),
  or: integers(2),
  xor: integers(2),
  shift_left: integers(2, { low: 0, high: 30, integer: true }),
  shift_right_arithmetic: integers(2, { low: 0, high: 30, integer: true }),
  shift_right_logical: integers(2, { low: 0, high: 30, integer: true }),
  select: {
    cases: built((random, seed) => {
      const shape = sides(random, pick(random, 0, 3), 0);
      const condition: Aval = { shape, dtype: "bool" };
      return {
        avals: [condition, f64(shape), f64(shape)],
        values: [
          fill(condition, { low: 0, high: 1.99, integer: true }, seed),
          fill(f64(shape), REAL, seed + 1),
          fill(f64(shape), REAL, seed + 2),
        ],
        params: null,
      };
    }),
  },
  constant: {
    cases: built(() => ({ avals: [], values: [], params: { value: 1.5, dtype: "f64" } })),
  },
  iota: {
    cases: built((random) => {
      const shape = sides(random, pick(random, 1, 3));
      const params = { shape, axis: pick(random, 0, shape.length - 1), dtype: "i32" };
      return { avals: [], values: [], params };
    }),
  },
  broadcast_in_dim: {
    cases: built((random, seed) => {
      const shape = sides(random, pick(random, 0, 4), 0);
      const dims = range(shape.length).filter(() => random() < 0.6);
      const x = f64(dims.map((d) => shape[d]!));
      return { avals: [x], values: [fill(x, REAL, seed)], params: { shape, dims } };
    }),
  },
  reshape: {
    cases: one(shapes(), (shape, random) => ({
      shape: random() < 0.5 ? [shape.reduce((a, b) => a * b, 1)] : [...shape, 1].reverse(),
    })),
  },
  transpose: {
    cases: one(shapes(), (shape, random) => ({ perm: shuffled(shape.length, random) })),
  },
  rev: { cases: one(shapes(), (shape, random) => ({ axes: axesOf(shape, random) })) },
  slice: {
    cases: one(mostlyFull, (shape, random) => {
      const start = shape.map((side) => pick(random, 0, Math.floor(side / 2)));
      const stop = shape.map((side, i) => pick(random, start[i]!, side));
      return { start, stop, step: shape.map(() => pick(random, 1, 2)) };
    }),
  },
  windows: {
    cases: one(ranked, (shape, random) => ({
      axis: pick(random, 0, shape.length - 1),
      size: pick(random, 1, 3),
      stride: pick(random, 1, 3),
      dilation: pick(random, 1, 2),
    })),
  },
  pad: {
    cases: one(mostlyFull, (shape, random) => ({
      low: shape.map((side) => pick(random, side > 1 ? -1 : 0, 2)),
      high: shape.map((side) => pick(random, side > 1 ? -1 : 0, 2)),
      interior: shape.map(() => pick(random, 0, 1)),
    })),
  },
  concatenate: {
    cases: built((random, seed) => {
      const shape = sides(random, pick(random, 1, 3), 0);
      const axis = pick(random, 0, shape.length - 1);
      const avals = range(pick(random, 1, 3)).map(() =>
        f64(shape.map((side, i) => i === axis ? pick(random, 0, 3) : side))
      );
      const values = avals.map((aval, i) => fill(aval, REAL, seed + i));
      return { avals, values, params: { axis } };
    }),
  },
  reduce_sum: { cases: one(shapes(), (shape, random) => ({ axes: axesOf(shape, random) })) },
  reduce_prod: {
    cases: one(shapes(), (shape, random) => ({ axes: axesOf(shape, random) }), POSITIVE),
  },
  reduce_max: {
    cases: one(shapes({ minSide: 1 }), (s, random) => ({ axes: axesOf(s, random) }), DISTINCT),
  },
  reduce_min: {
    cases: one(shapes({ minSide: 1 }), (s, random) => ({ axes: axesOf(s, random) }), DISTINCT),
  },
  argmax: { cases: one(ranked, (s, random) => ({ axis: oneAxis(s, random) }), DISTINCT) },
  argmin: { cases: one(ranked, (s, random) => ({ axis: oneAxis(s, random) }), DISTINCT) },
  cumulative: {
    cases: one(ranked, (s, random) => ({
      kind: ["sum", "prod", "max", "min", "logsumexp"][pick(random, 0, 4)],
      axis: oneAxis(s, random),
      reverse: random() < 0.5,
    }), { low: 0.3, high: 3, apart: 0.05 }),
  },
  dot_general: {
    cases: built((random, seed) => {
      const [batch, contract, left, right] = [0, 1, 2, 3].map(() =>
        sides(random, pick(random, 0, 1), 0)
      );
      const place = (groups: readonly number[][]) => {
        const all = groups.flat();
        const order = shuffled(all.length, random);
        const at = (from: number, count: number): number[] =>
          range(count).map((i) => order.indexOf(from + i));
        return { shape: order.map((i) => all[i]!), at };
      };
      const a = place([batch!, contract!, left!]);
      const b = place([batch!, contract!, right!]);
      const [n, k] = [batch!.length, contract!.length];
      const params = { contract: [a.at(n, k), b.at(n, k)], batch: [a.at(0, n), b.at(0, n)] };
      const avals = [f64(a.shape), f64(b.shape)];
      return { avals, values: avals.map((aval, i) => fill(aval, REAL, seed + i)), params };
    }),
  },
  fence: {
    cases: built((random, seed) => {
      const avals = range(3).map(() => f64(sides(random, 2, 0)));
      const values = avals.map((aval, i) => fill(aval, REAL, seed + i));
      return { avals, values, params: { count: pick(random, 1, 3) } };
    }),
  },
  ...ATTENTION_GENERATORS,
  ...GRAPH_GENERATORS,
  ...INDEX_GENERATORS,
  ...MATRIX_GENERATORS,
};
