import * as g from "../../../mod.ts";
import * as nn from "../../../nn/mod.ts";
import { type Attrs, binary, number, type OpTable, unary, withAttrs } from "./_table.ts";

const PROMOTING: { readonly [fn: string]: (x: g.Operand, y: g.Operand) => g.Tensor } = {
  add: g.add,
  sub: g.sub,
  mul: g.mul,
  div: g.div,
  maximum: g.maximum,
  minimum: g.minimum,
};

const bound = (value: unknown): number | undefined => value === null ? undefined : number(value);

const numbers = (attrs: Attrs): { readonly [name: string]: number } =>
  Object.fromEntries(
    Object.entries(attrs).flatMap(([name, v]) => v === null ? [] : [[name, number(v)]]),
  );

/** Golden ops that work element by element. */
export const elementwise: OpTable = {
  round_decimals: withAttrs((x, { decimals }) => g.round(x, { decimals: number(decimals) })),
  population_count: unary(g.populationCount),
  count_leading_zeros: unary(g.countLeadingZeros),
  nextafter: binary(g.nextAfter),
  cbrt: unary(g.cbrt),
  copysign: binary(g.copySign),
  floor_divide: binary(g.floorDivide),
  hypot: binary(g.hypot),
  int_div: binary(g.truncDivide),
  int_rem: binary(g.rem),
  log10: unary(g.log10),
  logaddexp: binary(g.logAddExp),
  nan_to_num: withAttrs((x, attrs) => g.nanToNum(x, numbers(attrs))),
  sign_bit: unary(g.signBit),
  trunc: unary(g.trunc),
  xlogy: binary(g.xlogy),
  abs: unary(g.abs),
  acos: unary(g.acos),
  acosh: unary(g.acosh),
  add: binary(g.add),
  add_scalar: withAttrs((x, { value }) => g.add(x, number(value))),
  addcmul: () => ([a, b, c]) => [g.add(a!, g.mul(b!, c!))],
  asin: unary(g.asin),
  asinh: unary(g.asinh),
  atan: unary(g.atan),
  atan2: binary(g.atan2),
  atanh: unary(g.atanh),
  bitwise_and: binary(g.bitwiseAnd),
  bitwise_not: unary(g.bitwiseNot),
  bitwise_or: binary(g.bitwiseOr),
  bitwise_xor: binary(g.bitwiseXor),
  ceil: unary(g.ceil),
  clamp: (attrs) => ([x]) => [g.clamp(x!, number(attrs["lo"]), number(attrs["hi"]))],
  clip: withAttrs((x, { lo, hi }) => {
    const low = bound(lo);
    const high = bound(hi);
    const above = low === undefined ? x : g.maximum(x, low);
    return high === undefined ? above : g.minimum(above, high);
  }),
  clip3: () => ([a, b, c]) => [g.minimum(c!, g.maximum(b!, a!))],
  cos: unary(g.cos),
  cosh: unary(g.cosh),
  digamma: unary(g.digamma),
  div: binary(g.div),
  div_int: binary(g.div),
  eq: binary(g.equal),
  erf: unary(g.erf),
  erf_inv: unary(g.erfInv),
  erfc: unary(g.erfc),
  exp: unary(g.exp),
  exp2: unary(g.exp2),
  expm1: unary(g.expm1),
  floor: unary(g.floor),
  ge: binary(g.greaterEqual),
  gelu_exact: unary((x) => nn.gelu(x)),
  gelu_tanh: unary((x) => nn.gelu(x, { approximate: true })),
  gt: binary(g.greater),
  integer_pow: withAttrs((x, { y }) => g.integerPow(x, number(y))),
  is_finite: unary(g.isFinite),
  is_inf: unary(g.isInf),
  is_nan: unary(g.isNan),
  le: binary(g.lessEqual),
  lerp: () => ([a, b, c]) => [g.add(a!, g.mul(c!, g.sub(b!, a!)))],
  lgamma: unary(g.lgamma),
  log: unary(g.log),
  log1p: unary(g.log1p),
  log2: unary(g.log2),
  logical_and: binary(g.logicalAnd),
  logical_not: unary(g.logicalNot),
  logical_or: binary(g.logicalOr),
  logical_xor: binary(g.logicalXor),
  lt: binary(g.less),
  maximum: binary(g.maximum),
  minimum: binary(g.minimum),
  mul: binary(g.mul),
  mul_scalar: withAttrs((x, { value }) => g.mul(x, number(value))),
  ne: binary(g.notEqual),
  neg: unary(g.neg),
  pow: binary(g.pow),
  promote: (attrs) => {
    const f = PROMOTING[String(attrs["fn"])];
    if (!f) return null;
    const scalar = attrs["scalar"];
    if (scalar === undefined || scalar === null) return ([x, y]) => [f(x!, y!)];
    return attrs["scalar_kind"] === "bool" ? null : ([x]) => [f(x!, number(scalar))];
  },
  reciprocal: unary(g.reciprocal),
  relu: unary(nn.relu),
  rem: binary(g.rem),
  remainder: binary(g.remainder),
  round: unary((x) => g.round(x)),
  rsqrt: unary(g.rsqrt),
  shift_left: binary(g.leftShift),
  shift_right_arithmetic: binary(g.rightShift),
  shift_right_logical: binary(g.rightShiftLogical),
  sigmoid: unary(g.sigmoid),
  sign: unary(g.sign),
  silu: unary(nn.silu),
  sin: unary(g.sin),
  sinh: unary(g.sinh),
  sqrt: unary(g.sqrt),
  square: unary(g.square),
  sub: binary(g.sub),
  tan: unary(g.tan),
  tanh: unary(g.tanh),
  where: () => ([c, x, y]) => [g.where(c!, x!, y!)],
};
