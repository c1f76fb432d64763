import type { DType } from "../../../core/mod.ts";
import type { Value } from "../../ir/types.ts";
import { constantValue, type Expressions, makeValue } from "../../ir/value.ts";
import { convertValue } from "../convert.ts";

/** An operand of a formula: a value, or a number in the dtype of the other operand. */
export type Term = Value | number;

/** A primitive of one element in terms of others: from the operands to the result. */
export type Formula = (f: Formulas, args: readonly Value[], params: unknown) => Value;

/** Operations to write formulas with. Comparisons give bools, all others the operands' dtype. */
export type Formulas = {
  number(value: number, dtype?: DType): Value;
  op(name: string, ...args: readonly Term[]): Value;
  add(x: Term, y: Term): Value;
  sub(x: Term, y: Term): Value;
  mul(x: Term, y: Term): Value;
  div(x: Term, y: Term): Value;
  neg(x: Value): Value;
  abs(x: Value): Value;
  sqrt(x: Value): Value;
  test(name: "eq" | "ne" | "lt" | "le" | "gt" | "ge", x: Term, y: Term): Value;
  and(x: Term, y: Term): Value;
  or(x: Term, y: Term): Value;
  select(mask: Value, x: Term, y: Term): Value;
  convert(x: Value, dtype: DType): Value;
  bitcast(x: Value, dtype: "i32" | "u32" | "f32"): Value;
  /** Horner's rule: coefficients from the highest power down. */
  polynomial(x: Value, coefficients: readonly number[]): Value;
  /** Whether an f32 is NaN, told from its bits: no emitter may assume it away. */
  isNaN(x: Value): Value;
  /** The f32 `size`, which is not negative, with the sign bit of x. */
  withSign(size: Value, x: Value): Value;
};

/** Formulas whose values are in `table`. */
export function formulasIn(table: Expressions): Formulas {
  const number = (value: number, dtype: DType = "f32"): Value => constantValue(table, value, dtype);
  const values = (terms: readonly Term[]): Value[] => {
    const typed = terms.find((term) => typeof term !== "number") as Value | undefined;
    return terms.map((term) => typeof term === "number" ? number(term, typed?.dtype) : term);
  };
  const op = (name: string, ...terms: readonly Term[]): Value => {
    const args = values(terms);
    return makeValue(table, name, args[0]!.dtype, args);
  };
  const test: Formulas["test"] = (name, x, y) => makeValue(table, name, "bool", values([x, y]));
  const and = (x: Term, y: Term): Value => op("and", x, y);
  const or = (x: Term, y: Term): Value => op("or", x, y);
  const bitcast: Formulas["bitcast"] = (x, dtype) =>
    x.dtype === dtype
      ? x
      : makeValue(table, "bitcast_convert_type", dtype, [x], { params: BITCASTS[dtype] });
  return {
    number,
    op,
    add: (x, y) => op("add", x, y),
    sub: (x, y) => op("sub", x, y),
    mul: (x, y) => op("mul", x, y),
    div: (x, y) => op("div", x, y),
    neg: (x) => op("neg", x),
    abs: (x) => op("abs", x),
    sqrt: (x) => op("sqrt", x),
    test,
    and,
    or,
    select: (mask, x, y) => {
      const [a, b] = values([x, y]);
      return makeValue(table, "select", a!.dtype, [mask, a!, b!]);
    },
    convert: (x, dtype) => convertValue(table, x, dtype),
    bitcast,
    polynomial: (x, coefficients) =>
      coefficients.slice(1).reduce(
        (sum, c) => op("add", op("mul", sum, x), c),
        number(coefficients[0]!),
      ),
    isNaN: (x) => test("gt", and(bitcast(x, "i32"), 0x7fffffff), 0x7f800000),
    withSign: (size, x) => bitcast(or(bitcast(size, "i32"), and(bitcast(x, "i32"), SIGN)), "f32"),
  };
}

/** The sign bit of an i32. */
const SIGN = -(2 ** 31);

// One object a dtype, because values compare parameters by identity.
const BITCASTS = {
  i32: { dtype: "i32" },
  u32: { dtype: "u32" },
  f32: { dtype: "f32" },
} as const;
