import { jvp, vjp } from "../../autodiff/mod.ts";
import { type AnyPrimitive, bind, type HostArray, isFloat, type Tensor } from "../../mod.ts";
import { traceClosed } from "../../core/internal.ts";
import { runGraph } from "../../kernels/reference.ts";
import type { Flat } from "../../testing/numeric.ts";
import { type Case, fill } from "./case.ts";

export { centralDifference, close, type Flat, inner } from "../../testing/numeric.ts";

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
    const data = fill(aval, { low: -1, high: 1 }, seed + i);
    return { ...aval, data: one.along?.(data, aval.shape) ?? data };
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
