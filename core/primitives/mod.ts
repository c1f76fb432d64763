/**
 * The primitives: loading this registers them all. What is exported are the functions that users call;
 * rules and other rooms take the rest from core/internal.ts.
 *
 * @module
 */
import "./arg_reduce.ts";
import "./attention.ts";
import "./constant.ts";
import "./cumulative.ts";
import "./dynamic_slice.ts";
import "./random_bits.ts";
import "./reduce_max_min.ts";
import "./reduce_prod.ts";
import "./sort.ts";
export { broadcastTo, type Operand } from "./_binary.ts";
export type { AxisPairs } from "./_dot_host.ts";
export { abs, sign } from "./abs_sign.ts";
export { add } from "./add.ts";
export { atan2 } from "./atan2.ts";
export { countLeadingZeros, populationCount } from "./bit_counts.ts";
export { bitcast } from "./bitcast.ts";
export {
  bitwiseAnd,
  bitwiseNot,
  bitwiseOr,
  bitwiseXor,
  leftShift,
  rightShift,
  rightShiftLogical,
} from "./bitwise.ts";
export { broadcastInDim, type BroadcastParams } from "./broadcast_sum.ts";
export { cbrt } from "./cbrt.ts";
export { cholesky } from "./cholesky.ts";
export { equal, greater, greaterEqual, less, lessEqual, notEqual } from "./compare.ts";
export { concatenate } from "./concatenate.ts";
export { convGeneral, type ConvOptions } from "./conv_general.ts";
export { convert } from "./convert.ts";
export { div } from "./div.ts";
export { dotGeneral } from "./dot_general.ts";
export { eigh } from "./eigh.ts";
export { erf, erfc } from "./erf.ts";
export { erfInv } from "./erf_inv.ts";
export { exp, exp2 } from "./exp.ts";
export { expm1 } from "./expm1.ts";
export { fence } from "./fence.ts";
export { digamma, lgamma, polygamma } from "./gamma.ts";
export type { ScatterKind } from "./gather_scatter.ts";
export { acosh, asinh, atanh } from "./inverse_hyperbolic.ts";
export { acos, asin, atan } from "./inverse_trigonometric.ts";
export { iota } from "./iota.ts";
export { isFinite, isInf, isNan } from "./is_finite.ts";
export { log, log10, log2 } from "./log.ts";
export { log1p } from "./log1p.ts";
export { sigmoid } from "./logistic.ts";
export { lu } from "./lu.ts";
export { maximum, minimum } from "./max_min.ts";
export { mul } from "./mul.ts";
export { neg } from "./neg.ts";
export { integerPow, pow, reciprocal, square } from "./pow.ts";
export { qr } from "./qr.ts";
export { rem } from "./rem.ts";
export { reshape } from "./reshape.ts";
export { flip } from "./rev.ts";
export { ceil, floor, round, trunc } from "./rounding.ts";
export { rsqrt } from "./rsqrt.ts";
export { where } from "./select.ts";
export { cos, sin } from "./sin_cos.ts";
export { cosh, sinh } from "./sinh_cosh.ts";
export { slice } from "./slice_pad.ts";
export { sqrt } from "./sqrt.ts";
export { stopGradient } from "./stop_gradient.ts";
export { sub } from "./sub.ts";
export { type Svd, svd } from "./svd.ts";
export { tan } from "./tan.ts";
export { tanh } from "./tanh.ts";
export { moveAxis, swapAxes, transpose } from "./transpose.ts";
export { type TriangularParams, triangularSolve } from "./triangular_solve.ts";
export { windows } from "./windows.ts";
