import { jvp } from "../autodiff/mod.ts";
import {
  type HostArray,
  isFloat,
  type Tree,
  treeFlatten,
  treePaths,
  treeUnflatten,
} from "../core/mod.ts";
import { type Flat, hostArray, inF64 } from "./numeric.ts";

/** A function of trees as one of leaves, at a point. */
export type Flattened = {
  readonly flat: Flat;
  /** Every leaf of the arguments; floats as f64. */
  readonly inputs: readonly HostArray[];
  /** Which of them are floats. */
  readonly active: readonly number[];
  /** Paths of the float results, once `flat` has run. */
  readonly names: string[];
};

/** `f` at `args`, on leaves and giving float leaves only. */
export async function flattened<A extends readonly Tree[]>(
  f: (...args: A) => Tree,
  args: readonly [...A],
): Promise<Flattened> {
  const [leaves, def] = treeFlatten([...args]);
  const inputs = (await Promise.all(leaves.map(hostArray))).map(inF64);
  const names: string[] = [];
  const flat: Flat = (xs) => {
    const result = f(...treeUnflatten(def, xs) as unknown as A);
    const results = treeFlatten(result)[0];
    const paths = treePaths(result);
    const floats = results.flatMap((y, i) => isFloat(y.dtype) ? [i] : []);
    names.splice(0, names.length, ...floats.map((i) => paths[i] || "the result"));
    return floats.map((i) => results[i]!);
  };
  const active = inputs.flatMap(({ dtype }, i) => isFloat(dtype) ? [i] : []);
  return { flat, inputs, active, names };
}

/** Tangents of `f` as a function of its `count` inputs and a direction for each active one. */
export function pushforward(f: Flat, active: readonly number[], count: number): Flat {
  return (xs) => {
    const all = xs.slice(0, count);
    const along: Flat = (moving) =>
      f(all.map((x, i) => active.includes(i) ? moving[active.indexOf(i)]! : x));
    return jvp(along, [active.map((i) => all[i]!)], [xs.slice(count)])[1];
  };
}
