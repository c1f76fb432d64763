import type { Tensor } from "./tensor.ts";

/** JSON data: what static settings may hold. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [name: string]: Json };

/** The brand by which trees know a structured weight. */
export const STRUCTURED: unique symbol = Symbol.for("graft.weight");

/**
 * Where the statics of a structured weight keep a tensor that belongs to the structure and is no leaf.
 * JSON and keys of structures do not see it, so something else in the statics has to tell it apart.
 */
export const HELD: unique symbol = Symbol.for("graft.held");

/** Registered plain data in the place of a weight; made by the constructor of its kind. */
export type StructuredWeight = {
  readonly [STRUCTURED]: true;
  readonly kind: string;
  readonly fields: { readonly [name: string]: Tree | undefined };
  readonly statics: Json;
};

/**
 * Nested readonly objects and arrays with tensors or structured weights at the leaves. Entries that
 * are undefined count as absent.
 *
 * Write parameter types with `type`: an `interface` has no implicit index signature and is refused.
 */
export type Tree =
  | Tensor
  | StructuredWeight
  | readonly Tree[]
  | { readonly [name: string]: Tree | undefined };

/** Whether `x` is a structured weight. */
export function isStructured(x: unknown): x is StructuredWeight {
  return typeof x === "object" && x !== null && STRUCTURED in x;
}
