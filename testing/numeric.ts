import { type HostArray, isFloat, type Tensor } from "../core/mod.ts";
import { trace } from "../core/internal.ts";
import { runGraph } from "../kernels/mod.ts";

/** A function of leaves. */
export type Flat = (xs: readonly Tensor[]) => readonly Tensor[];

/** A function on host arrays that the primitives' own meaning is computed by. */
export type HostFunction = (inputs: readonly HostArray[]) => HostArray[];

/** `f` on the host: each primitive by its `evaluate`, so in f64 wherever the inputs are. */
export async function hostFunction(f: Flat, inputs: readonly HostArray[]): Promise<HostFunction> {
  const { graph, captured } = trace(f, inputs.map(({ shape, dtype }) => ({ shape, dtype })));
  const outside = await Promise.all(captured.map(hostArray));
  return (values) => runGraph(graph, [...values, ...outside]);
}

/** The elements of a tensor on the host. */
export async function hostArray(x: Tensor): Promise<HostArray> {
  return { shape: x.shape, dtype: x.dtype, data: Float64Array.from(await x.data()) };
}

/** The same numbers as f64, if they are floats. */
export function inF64(x: HostArray): HostArray {
  return isFloat(x.dtype) ? { ...x, dtype: "f64" } : x;
}

/** Arrays of numbers in [-1, 1) of these shapes, from a seed. */
export function directionsLike(arrays: readonly HostArray[], seed: number): HostArray[] {
  const random = generator(seed);
  return arrays.map((x) => ({ ...x, data: x.data.map(() => 2 * random() - 1) }));
}

/** Mulberry32: numbers in [0, 1) from a seed. */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** (f(x + h d) - f(x - h d)) / 2h, moving the inputs at `active`. */
export function centralDifference(
  f: HostFunction,
  inputs: readonly HostArray[],
  active: readonly number[],
  by: readonly HostArray[],
  h = 1e-5,
): HostArray[] {
  const [above, below] = [f(moved(inputs, active, by, h)), f(moved(inputs, active, by, -h))];
  return above.map((y, i) => ({
    ...y,
    data: y.data.map((v, j) => (v - below[i]!.data[j]!) / (2 * h)),
  }));
}

function moved(
  inputs: readonly HostArray[],
  active: readonly number[],
  by: readonly HostArray[],
  h: number,
): HostArray[] {
  return inputs.map((x, i) => {
    const at = active.indexOf(i);
    return at < 0 ? x : { ...x, data: x.data.map((v, j) => v + h * by[at]!.data[j]!) };
  });
}

/** Σ ⟨aᵢ, bᵢ⟩ over lists of arrays. */
export function inner(a: readonly HostArray[], b: readonly HostArray[]): number {
  let sum = 0;
  a.forEach(({ data }, k) => data.forEach((v, i) => sum += v * b[k]!.data[i]!));
  return sum;
}

/** Whether all elements agree to a tolerance relative to 1 + |expected|. */
export function close(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
): boolean {
  for (let i = 0; i < expected.length; i++) {
    const scale = 1 + Math.abs(expected[i]!);
    if (!(Math.abs(actual[i]! - expected[i]!) <= tolerance * scale)) return false;
  }
  return actual.length === expected.length;
}
