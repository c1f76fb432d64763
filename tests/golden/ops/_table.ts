import type { Tensor } from "../../../mod.ts";

/** Attributes of a case. */
export type Attrs = { readonly [name: string]: unknown };

/** The function of a case from its attributes; null where these attributes are not supported. */
export type MakeOp = (
  attrs: Attrs,
  inputs: readonly Tensor[],
) => ((xs: readonly Tensor[]) => readonly Tensor[]) | null;

/** Functions by op name. */
export type OpTable = { readonly [op: string]: MakeOp };

/** A function of one operand. */
export function unary(f: (x: Tensor) => Tensor): MakeOp {
  return () => (xs) => [f(xs[0]!)];
}

/** A function of two operands. */
export function binary(f: (x: Tensor, y: Tensor) => Tensor): MakeOp {
  return () => (xs) => [f(xs[0]!, xs[1]!)];
}

/** A function of one operand and attributes. */
export function withAttrs(f: (x: Tensor, attrs: Attrs) => Tensor): MakeOp {
  return (attrs) => (xs) => [f(xs[0]!, attrs)];
}

/** A number of the attributes; non-finite ones are strings. */
export function number(value: unknown): number {
  if (value === "inf") return Infinity;
  if (value === "-inf") return -Infinity;
  if (value === "nan") return NaN;
  return Number(value);
}

/** An axis, a list of axes, or undefined for null. */
export function axesOf(value: unknown): readonly number[] | undefined {
  if (value === null || value === undefined) return undefined;
  return Array.isArray(value) ? value : [Number(value)];
}

/** `undefined` for null. */
export function optional<T>(value: unknown): T | undefined {
  return value === null || value === undefined ? undefined : value as T;
}

const DTYPE_NAMES: { readonly [name: string]: string } = {
  float32: "f32",
  float16: "f16",
  bfloat16: "bf16",
  int32: "i32",
  uint32: "u32",
  int16: "i16",
  uint16: "u16",
  int8: "i8",
  uint8: "u8",
  bool: "bool",
};

/** Our name of a dtype. */
export function dtypeOf<D extends string>(value: unknown): D {
  return (DTYPE_NAMES[String(value)] ?? String(value)) as D;
}
