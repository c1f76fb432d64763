import { jvp, vjp } from "../../autodiff/mod.ts";
import {
  type AnyPrimitive,
  bind,
  type HostArray,
  isFloat,
  type Tensor,
  traceClosed,
} from "../../mod.ts";
import { runGraph } from "../../kernels/reference.ts";
import { type Case, fill } from "./case.ts";

/** A function of tensors. */
export type Flat = (xs: readonly Tensor[]) => readonly Tensor[];

/** The results of a function on host arrays, by the primitives' own meaning. */
export function run(f: Flat, inputs: readonly HostArray[]): HostArray[] {
  const avals = inputs.map(({ shape, dtype }) => ({ shape, dtype }));
  return runGraph(traceClosed(f, avals), inputs);
}

/** The operands of a case as host arrays. */
export function operands({ avals, values }: Case): HostArray[] {
  return avals.map((aval, i) => ({ ...aval, data: values[i]! }));
}

/** A primitive with its parameters as a function. */
export function application(primitive: AnyPrimitive, params: unknown): Flat {
  return (xs) => bind(primitive, xs, params);
}

/** Positions of operands that have tangents. */
export function differentiable(one: Case): number[] {
  return one.avals.flatMap((aval, i) => isFloat(aval.dtype) ? [i] : []);
}

/** Positions of results that have cotangents. */
export function floatResults(primitive: AnyPrimitive, one: Case): number[] {
  const outs = primitive.infer(one.avals, one.params);
  return outs.flatMap((out, i) => isFloat(out.dtype) ? [i] : []);
}

/** A direction for every differentiable operand. */
export function directions(one: Case, seed: number): HostArray[] {
  return differentiable(one).map((i) => {
    const aval = one.avals[i]!;
    return { ...aval, data: fill(aval, { low: -1, high: 1 }, seed + i) };
  });
}

/** A cotangent for every float result. */
export function cotangents(primitive: AnyPrimitive, one: Case, seed: number): HostArray[] {
  const outs = primitive.infer(one.avals, one.params);
  return floatResults(primitive, one).map((i) => {
    return { ...outs[i]!, data: fill(outs[i]!, { low: -1, high: 1 }, seed + i) };
  });
}

/** f as a function of its differentiable operands alone. */
export function curried(f: Flat, one: Case, all: readonly Tensor[]): Flat {
  const active = differentiable(one);
  return (xs) => f(all.map((x, i) => active.includes(i) ? xs[active.indexOf(i)]! : x));
}

/** Tangents of f at the operands in these directions, as a function of both. */
export function pushforward(f: Flat, one: Case): Flat {
  const count = one.avals.length;
  return (xs) => {
    const all = xs.slice(0, count);
    const active = differentiable(one).map((i) => all[i]!);
    return jvp(curried(f, one, all), [active], [xs.slice(count)])[1];
  };
}

/** Cotangents of the differentiable operands for these of the float results, as a function of both. */
export function pullback(primitive: AnyPrimitive, one: Case): Flat {
  const f = application(primitive, one.params);
  const floats = floatResults(primitive, one);
  const count = one.avals.length;
  return (xs) => {
    const all = xs.slice(0, count);
    const g: Flat = (ys) => {
      const results = curried(f, one, all)(ys);
      return floats.map((i) => results[i]!);
    };
    const [, pull] = vjp(g, [differentiable(one).map((i) => all[i]!)]);
    return pull(xs.slice(count))[0];
  };
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

/** Σ ⟨aᵢ, bᵢ⟩ over lists of arrays. */
export function inner(a: readonly HostArray[], b: readonly HostArray[]): number {
  let sum = 0;
  a.forEach(({ data }, k) => data.forEach((v, i) => sum += v * b[k]!.data[i]!));
  return sum;
}

/** The operands, h times a direction away. */
export function moved(
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

/** (f(x + h d) - f(x - h d)) / 2h. */
export function centralDifference(
  f: (inputs: readonly HostArray[]) => HostArray[],
  inputs: readonly HostArray[],
  active: readonly number[],
  by: readonly HostArray[],
): HostArray[] {
  const h = 1e-5;
  const above = f(moved(inputs, active, by, h));
  const below = f(moved(inputs, active, by, -h));
  return above.map((y, i) => ({
    ...y,
    data: y.data.map((v, j) => (v - below[i]!.data[j]!) / (2 * h)),
  }));
}
