import { bytesOf, type DType } from "../dtype.ts";
import type { Tensor } from "../tensor.ts";
import { binary, type Operand } from "./_binary.ts";
import {
  type BinaryPrimitive,
  defineBinary,
  defineUnary,
  type UnaryPrimitive,
} from "./_elementwise.ts";
import { unary } from "./_unary.ts";

/** Operations on the bits of integers; on bool they are the logical ones. */

/** Bits set in both. */
export const andP: BinaryPrimitive = defineBinary("and", (x, y) => x & y, { domain: "integral" });
/** Bits set in either. */
export const orP: BinaryPrimitive = defineBinary("or", (x, y) => x | y, { domain: "integral" });
/** Bits set in one. */
export const xorP: BinaryPrimitive = defineBinary("xor", (x, y) => x ^ y, { domain: "integral" });
/** Bits not set. */
export const notP: UnaryPrimitive = defineUnary(
  "not",
  (x, dtype) => dtype === "bool" ? 1 - x : ~x,
  { domain: "integral" },
);

/** x · 2^y without the bits that leave; 0 for shifts outside the width. */
export const shiftLeftP: BinaryPrimitive = defineBinary(
  "shift_left",
  (x, y, dtype) => inWidth(y, dtype) ? x << y : 0,
  { domain: "integer" },
);

/** x / 2^y rounded down, keeping the sign; all sign bits for shifts outside the width. */
export const shiftRightArithmeticP: BinaryPrimitive = defineBinary(
  "shift_right_arithmetic",
  (x, y, dtype) => {
    const unused = 32 - widthOf(dtype);
    return ((x << unused) >> unused) >> (inWidth(y, dtype) ? y : 31);
  },
  { domain: "integer" },
);

/** Bits moved to the right, zeros filled in; 0 for shifts outside the width. */
export const shiftRightLogicalP: BinaryPrimitive = defineBinary(
  "shift_right_logical",
  (x, y, dtype) => {
    const unused = 32 - widthOf(dtype);
    return inWidth(y, dtype) ? ((x << unused) >>> unused) >>> y : 0;
  },
  { domain: "integer" },
);

function inWidth(shift: number, dtype: DType): boolean {
  return shift >= 0 && shift < widthOf(dtype);
}

function widthOf(dtype: DType): number {
  return 8 * bytesOf(dtype);
}

/** Bits set in both x and y. */
export function bitwiseAnd(x: Operand, y: Operand): Tensor {
  return binary(andP, x, y);
}

/** Bits set in x or y. */
export function bitwiseOr(x: Operand, y: Operand): Tensor {
  return binary(orP, x, y);
}

/** Bits set in exactly one of x and y. */
export function bitwiseXor(x: Operand, y: Operand): Tensor {
  return binary(xorP, x, y);
}

/** Bits not set in x. */
export function bitwiseNot(x: Tensor): Tensor {
  return unary(notP, x);
}

/** x shifted left by y bits; 0 where y is outside the width. */
export function leftShift(x: Operand, y: Operand): Tensor {
  return binary(shiftLeftP, x, y);
}

/** x shifted right by y bits, keeping the sign. */
export function rightShift(x: Operand, y: Operand): Tensor {
  return binary(shiftRightArithmeticP, x, y);
}

/** x shifted right by y bits, filling in zeros. */
export function rightShiftLogical(x: Operand, y: Operand): Tensor {
  return binary(shiftRightLogicalP, x, y);
}
