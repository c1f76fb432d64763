import type { HostArray } from "./host.ts";
import type { Loop } from "./loop.ts";
import type { Aval } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

/** One `U` for every element of the tuple `Ts`. */
export type Each<Ts extends readonly unknown[], U> = { readonly [K in keyof Ts]: U };

/** An operand that depends on the tangents: it has no value while transposing, only a type. */
export type Linear = { readonly linear: true; readonly aval: Aval };

/**
 * One operation with all its rules. `In` and `Out` are the operand and result tuples, `P` the static
 * parameters: plain JSON data, which may hold Graphs.
 *
 * The rules are written as methods so that a primitive with a precise arity is also an
 * `AnyPrimitive`.
 */
export type Primitive<In extends readonly Tensor[], Out extends readonly Tensor[], P> = {
  /** Printed name, in JAX's spelling. */
  readonly name: string;
  /** Shapes and dtypes of the results; throws what the user sees for operands that do not fit. */
  infer(inputs: Each<In, Aval>, params: P): Each<Out, Aval>;
  /** Its meaning, on host arrays in f64; the caller rounds the results to the dtypes of `outs`. */
  evaluate(
    inputs: Each<In, HostArray>,
    params: P,
    outs: Each<Out, Aval>,
  ): Each<Out, Float64Array>;
  /** Results and their tangents; null is the symbolic zero. Called with at least one tangent. */
  jvp?(primals: In, tangents: Each<In, Tensor | null>, params: P): JvpResult<Out>;
  /** Cotangents of the linear operands (null for known ones); needed where the primitive is linear. */
  transpose?(
    cts: Each<Out, Tensor | null>,
    inputs: Each<In, Tensor | Linear>,
    params: P,
  ): Each<In, Tensor | null>;
  /** The results for operands whose leading axis, where `batched`, is a batch of `size`. */
  batch?(inputs: In, batched: Each<In, boolean>, params: P, size: number): Out;
  /** The primitive as a composite of others: used where a rule or a kernel is missing. */
  expand?(inputs: In, params: P): Out;
  /** The loop over Graphs that it is: a backend may compile them, and run it without `evaluate`. */
  loop?(params: P): Loop;
};

/** Results, and their tangents where they have one. */
export type JvpResult<Out extends readonly Tensor[]> = readonly [
  Out,
  Each<Out, Tensor | null>,
];

/** A primitive of any arity. */
export type AnyPrimitive = Primitive<readonly Tensor[], readonly Tensor[], unknown>;

const primitives = new Map<string, AnyPrimitive>();

/** Registers a primitive under its name; the laws in tests/ run over the registry. */
export function definePrimitive<
  const In extends readonly Tensor[],
  const Out extends readonly Tensor[],
  P,
>(primitive: Primitive<In, Out, P>): Primitive<In, Out, P> {
  if (primitives.has(primitive.name)) {
    throw new TypeError(`Cannot define the primitive "${primitive.name}": the name is taken`);
  }
  primitives.set(primitive.name, primitive);
  return primitive;
}

/** Every primitive by name. */
export function allPrimitives(): ReadonlyMap<string, AnyPrimitive> {
  return primitives;
}

/** Whether a transpose rule was handed the type of a linear operand instead of a value. */
export function isLinear(operand: Tensor | Linear): operand is Linear {
  return "linear" in operand;
}

/** The value of an operand that a bilinear rule needs. */
export function known(operand: Tensor | Linear): Tensor {
  if (isLinear(operand)) {
    throw new TypeError("Cannot transpose: the operation is not linear in both its operands");
  }
  return operand;
}
