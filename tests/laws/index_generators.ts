import type { Aval } from "../../mod.ts";
import { built, type Elements, f64, fill, pick, shuffled, sides } from "./case.ts";
import type { Generator } from "./generators.ts";

const REAL: Elements = { low: -2, high: 2 };

const INT: (shape: readonly number[]) => Aval = (shape) => ({ shape, dtype: "i32" });

/** One start an axis, some of them outside. */
function anyStarts(shape: readonly number[], random: () => number): Float64Array[] {
  return shape.map((side) => Float64Array.of(pick(random, -1, side)));
}

/** Generators of the primitives that are told positions by tensors. */
export const INDEX_GENERATORS: { readonly [primitive: string]: Generator } = {
  gather: {
    cases: built((random, seed) => {
      const shape = sides(random, pick(random, 1, 3));
      const axis = pick(random, 0, shape.length - 1);
      const ids = INT(sides(random, pick(random, 0, 2), 0));
      return {
        avals: [f64(shape), ids],
        values: [
          fill(f64(shape), REAL, seed),
          fill(ids, { low: 0, high: shape[axis]! - 0.01, integer: true }, seed + 1),
        ],
        params: { axis },
      };
    }),
  },
  scatter: {
    cases: built((random, seed) => {
      const shape = sides(random, pick(random, 1, 3));
      const axis = pick(random, 0, shape.length - 1);
      const ids = INT([pick(random, 0, shape[axis]!)]);
      const updates = f64([...shape.slice(0, axis), ids.shape[0]!, ...shape.slice(axis + 1)]);
      const kind = ["add", "set", "mul", "min", "max"][pick(random, 0, 4)]!;
      const order = shuffled(shape[axis]!, random).slice(0, ids.shape[0]!);
      return {
        avals: [f64(shape), ids, updates],
        values: [
          fill(f64(shape), { low: 0.3, high: 3, apart: 0.05 }, seed),
          Float64Array.from(order),
          fill(updates, { low: 0.317, high: 3, apart: 0.0503 }, seed + 2),
        ],
        params: { kind, axis },
      };
    }),
  },
  dynamic_slice: {
    cases: built((random, seed) => {
      const shape = sides(random, pick(random, 1, 3));
      const sizes = shape.map((side) => pick(random, 1, side));
      const starts = shape.map(() => INT([]));
      return {
        avals: [f64(shape), ...starts],
        values: [
          fill(f64(shape), REAL, seed),
          ...anyStarts(shape, random),
        ],
        params: { sizes },
        other: [
          fill(f64(shape), REAL, seed + 50),
          ...anyStarts(shape, random),
        ],
      };
    }),
  },
  dynamic_update_slice: {
    cases: built((random, seed) => {
      const shape = sides(random, pick(random, 1, 3));
      const update = f64(shape.map((side) => pick(random, 1, side)));
      return {
        avals: [f64(shape), update, ...shape.map(() => INT([]))],
        values: [
          fill(f64(shape), REAL, seed),
          fill(update, REAL, seed + 1),
          ...anyStarts(shape, random),
        ],
        params: null,
        other: [
          fill(f64(shape), REAL, seed + 50),
          fill(update, REAL, seed + 51),
          ...anyStarts(shape, random),
        ],
      };
    }),
  },
};
