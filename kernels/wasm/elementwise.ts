import type { DType } from "../../core/mod.ts";
import type { Value } from "../ir/types.ts";
import { narrowBf16, narrowF16, widenBf16, widenF16 } from "./half.ts";
import { divide } from "./integer.ts";
import { erf, erfInv, exp, expm1, log, log1p, logistic, tanh } from "./math.ts";
import type { VectorOp } from "./opcodes.ts";
import { convertLanes, registerOf, wrap } from "./register.ts";
import { shiftLanes } from "./shift.ts";
import { cos, sin } from "./sine.ts";
import type { Vectors } from "./vectors.ts";

/** Prints one operation: from the locals of the operands to the local of the result. */
type Print = (v: Vectors, args: readonly number[], value: Value) => number;

/** An instruction for floats, for signed and for unsigned integers, and for masks. */
type Variants = {
  readonly float?: VectorOp;
  readonly signed?: VectorOp;
  readonly unsigned?: VectorOp;
  readonly mask?: VectorOp;
};

/** The instruction for the operands' dtype; integers wrap. */
function variants(ops: Variants): Print {
  return (v, args, value) => {
    const op = ops[registerOf(operandType(value))];
    if (!op) throw unprintable(value);
    return wrap(v, value.dtype, v.apply(op, ...args));
  };
}

function integers(op: VectorOp): Variants {
  return { signed: op, unsigned: op };
}

function comparison(suffix: "lt" | "le" | "gt" | "ge"): Print {
  return variants({
    float: `f32x4.${suffix}`,
    signed: `i32x4.${suffix}_s`,
    unsigned: `i32x4.${suffix}_u`,
    mask: `i32x4.${suffix}_u`, // a set mask is the greatest unsigned number
  });
}

function bitwise(op: "v128.and" | "v128.or" | "v128.xor" | "v128.not"): Print {
  return variants({ ...integers(op), mask: op });
}

function float(f: (v: Vectors, x: number) => number): Print {
  return (v, [x]) => f(v, x!);
}

function operandType(value: Value): DType {
  return value.args[0]!.dtype;
}

function unprintable(value: Value): TypeError {
  return new TypeError(`Cannot print ${value.op} of ${value.args.map((arg) => arg.dtype)}`);
}

const negate: Print = (v, [x], value) => {
  if (registerOf(value.dtype) === "float") return v.apply("f32x4.neg", x!);
  return wrap(v, value.dtype, v.apply("i32x4.neg", x!));
};

const absolute: Print = (v, [x], value) => {
  switch (registerOf(value.dtype)) {
    case "float":
      return v.apply("f32x4.abs", x!);
    case "signed":
      return wrap(v, value.dtype, v.apply("i32x4.abs", x!));
    default:
      return x!;
  }
};

/** -1, 0 or 1; zeros and NaN stay as they are. */
const sign: Print = (v, [x], value) => {
  if (registerOf(value.dtype) === "float") {
    const unit = v.apply("v128.or", v.apply("v128.and", x!, v.i32(0x80000000)), v.f32(1));
    const nonzero = v.apply(
      "v128.or",
      v.apply("f32x4.lt", x!, v.f32(0)),
      v.apply("f32x4.gt", x!, v.f32(0)),
    );
    return v.select(nonzero, unit, x!);
  }
  const low = registerOf(value.dtype) === "signed" ? v.i32(-1) : v.i32(0);
  const atMostOne = registerOf(value.dtype) === "signed" ? "i32x4.min_s" : "i32x4.min_u";
  const clipped = v.apply(atMostOne, x!, v.i32(1));
  return registerOf(value.dtype) === "signed" ? v.apply("i32x4.max_s", clipped, low) : clipped;
};

/** xⁿ by repeated squaring. */
const integerPower: Print = (v, [x], value) => {
  const { n } = value.params as { readonly n: number };
  const isFloat = registerOf(value.dtype) === "float";
  const times = (a: number, b: number): number =>
    v.apply(isFloat ? "f32x4.mul" : "i32x4.mul", a, b);
  let result: number | null = null;
  let base = x!;
  for (let rest = Math.abs(n); rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = result === null ? base : times(result, base);
    if (rest > 1) base = times(base, base);
  }
  const one = isFloat ? v.f32(1) : v.i32(1);
  if (result === null) return one;
  return n < 0 ? v.apply("f32x4.div", one, result) : wrap(v, value.dtype, result);
};

const convert: Print = (v, [x], value) => convertLanes(v, operandType(value), value.dtype, x!);

/** Registers hold the bits of 32-bit types; of the others, the widened value. */
const bitcast: Print = (v, [x], value) => {
  const [from, to] = [operandType(value), value.dtype];
  if (from === "f16" && to === "bf16") return widenBf16(v, narrowF16(v, x!));
  if (from === "bf16" && to === "f16") return widenF16(v, narrowBf16(v, x!));
  return wrap(v, to, x!);
};

const quotient: Print = (v, [x, y], value) => {
  const register = registerOf(value.dtype);
  if (register === "float") return v.apply("f32x4.div", x!, y!);
  return wrap(v, value.dtype, divide(v, x!, y!, register === "signed"));
};

const PRINTERS: Readonly<Record<string, Print>> = {
  add: variants({ float: "f32x4.add", ...integers("i32x4.add"), mask: "v128.or" }),
  sub: variants({ float: "f32x4.sub", ...integers("i32x4.sub"), mask: "v128.xor" }),
  mul: variants({ float: "f32x4.mul", ...integers("i32x4.mul"), mask: "v128.and" }),
  div: quotient,
  max: variants({
    float: "f32x4.max",
    signed: "i32x4.max_s",
    unsigned: "i32x4.max_u",
    mask: "v128.or",
  }),
  min: variants({
    float: "f32x4.min",
    signed: "i32x4.min_s",
    unsigned: "i32x4.min_u",
    mask: "v128.and",
  }),
  eq: variants({ float: "f32x4.eq", ...integers("i32x4.eq"), mask: "i32x4.eq" }),
  ne: variants({ float: "f32x4.ne", ...integers("i32x4.ne"), mask: "i32x4.ne" }),
  lt: comparison("lt"),
  le: comparison("le"),
  gt: comparison("gt"),
  ge: comparison("ge"),
  and: bitwise("v128.and"),
  or: bitwise("v128.or"),
  xor: bitwise("v128.xor"),
  not: bitwise("v128.not"),
  neg: negate,
  abs: absolute,
  sign,
  floor: variants({ float: "f32x4.floor" }),
  ceil: variants({ float: "f32x4.ceil" }),
  round: variants({ float: "f32x4.nearest" }),
  sqrt: variants({ float: "f32x4.sqrt" }),
  rsqrt: (v, [x]) => v.apply("f32x4.div", v.f32(1), v.apply("f32x4.sqrt", x!)),
  is_finite: (v, [x], value) =>
    registerOf(operandType(value)) === "float"
      ? v.apply("f32x4.lt", v.apply("f32x4.abs", x!), v.f32(Infinity))
      : v.i32(-1),
  exp: float(exp),
  expm1: float(expm1),
  log: float(log),
  log1p: float(log1p),
  tanh: float(tanh),
  logistic: float(logistic),
  erf: float(erf),
  erf_inv: float(erfInv),
  sin: float(sin),
  cos: float(cos),
  tan: float((v, x) => v.apply("f32x4.div", sin(v, x), cos(v, x))),
  integer_pow: integerPower,
  select: (v, [mask, x, y]) => v.select(mask!, x!, y!),
  convert_element_type: convert,
  bitcast_convert_type: bitcast,
  stop_gradient: (_v, [x]) => x!,
  shift_left: (v, [x, by], value) => shiftLanes(v, "left", x!, by!, value),
  shift_right_logical: (v, [x, by], value) => shiftLanes(v, "logical", x!, by!, value),
  shift_right_arithmetic: (v, [x, by], value) => shiftLanes(v, "arithmetic", x!, by!, value),
};

/** The elementwise primitives that have vector code. */
export const ELEMENTWISE: ReadonlySet<string> = new Set(Object.keys(PRINTERS));

/** Operations dear enough that a row kernel keeps their results between stages. */
export const DEAR: ReadonlySet<string> = new Set([
  "exp",
  "expm1",
  "log",
  "log1p",
  "tanh",
  "logistic",
  "erf",
  "erf_inv",
  "sin",
  "cos",
  "tan",
]);

/** Prints `value` from the locals of its operands; the local of the result. */
export function printOperation(v: Vectors, value: Value, args: readonly number[]): number {
  const print = PRINTERS[value.op];
  if (!print) throw unprintable(value);
  return print(v, args, value);
}
