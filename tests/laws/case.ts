import fc from "fast-check";
import { shapes } from "../../testing/mod.ts";
import { generator } from "../../testing/numeric.ts";
import { type Aval, type DType, isFloat } from "../../mod.ts";
import { range, sizeOf } from "../../core/internal.ts";

/** Valid operands of a primitive: types, elements and parameters. */
export type Case = {
  readonly avals: readonly Aval[];
  readonly values: readonly Float64Array[];
  readonly params: unknown;
  /** Other operands of the same types, where those derived from the values are too much alike. */
  readonly other?: readonly Float64Array[];
  /** Makes of a random direction one in which an operand may move. */
  readonly along?: (direction: Float64Array, shape: readonly number[]) => Float64Array;
};

/** Where the elements of an operand come from. */
export type Elements = {
  readonly low: number;
  readonly high: number;
  readonly integer?: boolean;
  /** Distinct elements at least this far apart: where ties have no derivative. */
  readonly apart?: number;
};

/** How often a property is tried; the variables GRAFT_RUNS and GRAFT_SEED make it look further. */
export function runs(numRuns: number): { readonly numRuns: number; readonly seed: number } {
  const { GRAFT_RUNS = numRuns, GRAFT_SEED = 1 } = Deno.env.toObject();
  return { numRuns: Number(GRAFT_RUNS), seed: Number(GRAFT_SEED) };
}

/** A seed for the elements of a case. */
export const seeds: fc.Arbitrary<number> = fc.integer({ min: 0, max: 2 ** 31 - 1 });

/** Elements that depend on the seed alone. */
export function fill(aval: Aval, elements: Elements, seed: number): Float64Array {
  const random = generator(seed);
  const size = sizeOf(aval.shape);
  const { low, high, apart } = elements;
  if (apart !== undefined) {
    const order = Array.from({ length: size }, (_, i) => [random(), i] as const).sort((a, b) =>
      a[0] - b[0]
    );
    const values = new Float64Array(size);
    order.forEach(([, i], rank) => values[i] = low + apart * (rank + 0.4 * random()));
    return values;
  }
  const whole = elements.integer ?? !isFloat(aval.dtype);
  return Float64Array.from({ length: size }, () => {
    const x = low + (high - low) * random();
    return whole ? Math.floor(Math.min(x, high)) : x;
  });
}

/** A case whose operands all have the shape `shape`. */
export function alike(
  count: number,
  elements: Elements | readonly Elements[],
  options: {
    readonly dtypes?: readonly DType[];
    readonly params?: fc.Arbitrary<unknown>;
  } = {},
): fc.Arbitrary<Case> {
  const dtypes = options.dtypes ?? ["f64"];
  const params = options.params ?? fc.constant(null);
  return fc.record({ shape: shapes(), seed: seeds, dtype: fc.constantFrom(...dtypes), params })
    .map(({ shape, seed, dtype, params }) => {
      const avals = Array.from({ length: count }, () => ({ shape, dtype }));
      const values = avals.map((aval, i) => {
        const own = Array.isArray(elements) ? elements[i]! : elements as Elements;
        return fill(aval, own, seed + i);
      });
      return { avals, values, params };
    });
}

/** A case of one operand whose parameters depend on its shape. */
export function one(
  shape: fc.Arbitrary<number[]>,
  params: (shape: readonly number[], random: () => number) => unknown,
  elements: Elements = { low: -2, high: 2 },
  dtype: DType = "f64",
): fc.Arbitrary<Case> {
  return fc.record({ shape, seed: seeds }).map(({ shape, seed }) => {
    const aval: Aval = { shape, dtype };
    const random = generator(seed ^ 0x5bd1e995);
    return { avals: [aval], values: [fill(aval, elements, seed)], params: params(shape, random) };
  });
}

/** A case built by hand from a seed. */
export function built(
  build: (random: () => number, seed: number) => Case,
): fc.Arbitrary<Case> {
  return seeds.map((seed) => build(generator(seed ^ 0x5bd1e995), seed));
}

/** An integer in [low, high]. */
export function pick(random: () => number, low: number, high: number): number {
  return low + Math.floor(random() * (high - low + 1));
}

/** The type of f64 tensors of a shape. */
export function f64(shape: readonly number[]): Aval {
  return { shape, dtype: "f64" };
}

/** Sides in [low, 4]. */
export function sides(random: () => number, count: number, low = 1): number[] {
  return Array.from({ length: count }, () => pick(random, low, 4));
}

/** A permutation of 0 to n - 1. */
export function shuffled(n: number, random: () => number): number[] {
  return range(n).map((i) => [random(), i] as const).sort((a, b) => a[0] - b[0]).map(([, i]) => i);
}
