import type { DType } from "../../../core/mod.ts";
import type { Value } from "../../ir/types.ts";
import { convertTo, reinterpret } from "./convert.ts";
import { literal, type Register, registerOf, wrap } from "./scalar.ts";

/** Prints one operation: from the expressions of the operands, names or literals, to its own. */
type Print = (args: readonly string[], value: Value, name: Naming) => string;

/** Gives an expression a name before the one that is printed. */
export type Naming = (expression: string) => string;

type Variants = Readonly<Partial<Record<Register, (x: string, y: string) => string>>>;

/** By the register of the operands; integers wrap. */
function variants(ops: Variants): Print {
  return ([x, y], value) => {
    const print = ops[registerOf(operandType(value))];
    if (!print) throw unprintable(value);
    return wrap(value.dtype, print(x!, y ?? ""));
  };
}

function infix(operator: string): (x: string, y: string) => string {
  return (x, y) => `(${x} ${operator} ${y})`;
}

function call(name: string): (x: string, y: string) => string {
  return (x, y) => y === "" ? `${name}(${x})` : `${name}(${x}, ${y})`;
}

function numbers(print: (x: string, y: string) => string): Variants {
  return { f32: print, i32: print, u32: print };
}

function integers(print: (x: string, y: string) => string): Variants {
  return { i32: print, u32: print };
}

function float(name: string): Print {
  return variants({ f32: call(name) });
}

/** -x and |x| of integers wrap, where WGSL's constants would not. */
const negateInteger = (x: string): string => `bitcast<i32>(0u - bitcast<u32>(${x}))`;

function operandType(value: Value): DType {
  return value.args[0]!.dtype;
}

function unprintable(value: Value): TypeError {
  return new TypeError(`Cannot print ${value.op} of ${value.args.map((arg) => arg.dtype)}`);
}

/** Comparison with itself tells NaN, which must be told by bits. */
function equality(isEqual: boolean): Print {
  return ([x, y], value) => {
    const isFloat = registerOf(operandType(value)) === "f32";
    if (isFloat && x === y) return `${isEqual ? "!" : ""}is_nan(${x})`;
    return isEqual ? `(${x} == ${y})` : isFloat ? `!(${x} == ${y})` : `(${x} != ${y})`;
  };
}

/** xⁿ by repeated squaring. */
const integerPower: Print = ([x], value, name) => {
  const { n } = value.params as { readonly n: number };
  const register = registerOf(value.dtype);
  let result: string | null = null;
  let base = x!;
  for (let rest = Math.abs(n); rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = result === null ? base : name(`${result} * ${base}`);
    if (rest > 1) base = name(`${base} * ${base}`);
  }
  const one = literal(1, register);
  if (result === null) return one;
  return n < 0 ? `(${one} / ${result})` : wrap(value.dtype, result);
};

type Direction = "shift_left" | "shift_right" | "shift_signed";

/** Shifts everything out from the width on; a narrow logical shift must not see the sign. */
function shift(direction: Direction): Print {
  return ([x, by], { dtype }) => {
    const narrow = dtype === "i8" || dtype === "u8";
    const type = direction === "shift_signed" ? "i32" : "u32";
    const bits = `bitcast<${type}>(${x})`;
    const seen = !narrow
      ? bits
      : direction === "shift_right"
      ? `(${bits} & 255u)`
      : direction === "shift_signed"
      ? wrap("i8", bits)
      : bits;
    const shifted = `${direction}(${seen}, bitcast<u32>(${by}), ${narrow ? 8 : 32}u)`;
    return wrap(dtype, `bitcast<${registerOf(dtype)}>(${shifted})`);
  };
}

const PRINTERS: Readonly<Record<string, Print>> = {
  add: variants({ ...numbers(infix("+")), bool: infix("|") }),
  sub: variants({ ...numbers(infix("-")), bool: infix("!=") }),
  mul: variants({ ...numbers(infix("*")), bool: infix("&") }),
  div: variants({ f32: infix("/"), i32: call("divide_i32"), u32: call("divide_u32") }),
  max: variants({ f32: call("max_float"), ...integers(call("max")), bool: infix("|") }),
  min: variants({ f32: call("min_float"), ...integers(call("min")), bool: infix("&") }),
  eq: equality(true),
  ne: equality(false),
  lt: variants({ ...numbers(infix("<")), bool: (x, y) => `(!${x} & ${y})` }),
  le: variants({ ...numbers(infix("<=")), bool: (x, y) => `(!${x} | ${y})` }),
  gt: variants({ ...numbers(infix(">")), bool: (x, y) => `(${x} & !${y})` }),
  ge: variants({ ...numbers(infix(">=")), bool: (x, y) => `(${x} | !${y})` }),
  and: variants({ ...integers(infix("&")), bool: infix("&") }),
  or: variants({ ...integers(infix("|")), bool: infix("|") }),
  xor: variants({ ...integers(infix("^")), bool: infix("!=") }),
  not: variants({ ...integers((x) => `~${x}`), bool: (x) => `!${x}` }),
  neg: variants({ f32: call("negate"), i32: negateInteger, u32: (x) => `(0u - ${x})` }),
  abs: variants({
    f32: call("magnitude"),
    i32: (x) => `select(${x}, ${negateInteger(x)}, ${x} < 0i)`,
    u32: (x) => x,
    bool: (x) => x,
  }),
  sign: variants({
    f32: call("sign_float"),
    i32: (x) => `clamp(${x}, -1i, 1i)`,
    u32: (x) => `min(${x}, 1u)`,
  }),
  floor: float("floor"),
  ceil: float("ceil"),
  round: float("round"),
  sqrt: variants({ f32: (x) => `select(sqrt(${x}), nan(), is_nan(${x}) || ${x} < 0.0f)` }),
  rsqrt: variants({
    f32: (x) => `select(1.0f / sqrt(${x}), nan(), is_nan(${x}) || ${x} < 0.0f)`,
  }),
  is_finite: ([x], value) => registerOf(operandType(value)) === "f32" ? `is_finite(${x})` : "true",
  exp: float("exp_of"),
  expm1: float("expm1_of"),
  log: float("log_of"),
  log1p: float("log1p_of"),
  tanh: float("tanh_of"),
  logistic: float("logistic_of"),
  erf: float("erf_of"),
  erf_inv: float("erf_inv_of"),
  sin: float("sin_of"),
  cos: float("cos_of"),
  tan: variants({ f32: (x) => `(sin_of(${x}) / cos_of(${x}))` }),
  integer_pow: integerPower,
  select: ([condition, x, y]) => `select(${y}, ${x}, ${condition})`,
  convert_element_type: ([x], value) => convertTo(operandType(value), value.dtype, x!),
  bitcast_convert_type: ([x], value) => reinterpret(operandType(value), value.dtype, x!),
  stop_gradient: ([x]) => x!,
  shift_left: shift("shift_left"),
  shift_right_logical: shift("shift_right"),
  shift_right_arithmetic: shift("shift_signed"),
};

/** The elementwise primitives that are printed. */
export const ELEMENTWISE: ReadonlySet<string> = new Set(Object.keys(PRINTERS));

/** The expression of `value` over those of its operands. */
export function printOperation(value: Value, args: readonly string[], name: Naming): string {
  const print = PRINTERS[value.op];
  if (!print) throw unprintable(value);
  return print(args, value, name);
}
