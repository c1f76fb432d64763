import type { Tensor } from "../tensor.ts";
import { binary, type Operand } from "./_binary.ts";
import { type BinaryPrimitive, defineBinary } from "./_elementwise.ts";

/** Comparisons share one form: any dtype, bool result, no derivative. NaN equals nothing. */

/** x = y. */
export const eqP: BinaryPrimitive = comparison("eq", (x, y) => x === y);
/** x ≠ y. */
export const neP: BinaryPrimitive = comparison("ne", (x, y) => x !== y);
/** x < y. */
export const ltP: BinaryPrimitive = comparison("lt", (x, y) => x < y);
/** x ≤ y. */
export const leP: BinaryPrimitive = comparison("le", (x, y) => x <= y);
/** x > y. */
export const gtP: BinaryPrimitive = comparison("gt", (x, y) => x > y);
/** x ≥ y. */
export const geP: BinaryPrimitive = comparison("ge", (x, y) => x >= y);

function comparison(name: string, holds: (x: number, y: number) => boolean): BinaryPrimitive {
  return defineBinary(name, (x, y) => Number(holds(x, y)), { domain: "any", dtype: "bool" });
}

/** Whether x = y, element by element. */
export function equal(x: Operand, y: Operand): Tensor {
  return binary(eqP, x, y);
}

/** Whether x ≠ y, element by element; true where either is NaN. */
export function notEqual(x: Operand, y: Operand): Tensor {
  return binary(neP, x, y);
}

/** Whether x < y, element by element. */
export function less(x: Operand, y: Operand): Tensor {
  return binary(ltP, x, y);
}

/** Whether x ≤ y, element by element. */
export function lessEqual(x: Operand, y: Operand): Tensor {
  return binary(leP, x, y);
}

/** Whether x > y, element by element. */
export function greater(x: Operand, y: Operand): Tensor {
  return binary(gtP, x, y);
}

/** Whether x ≥ y, element by element. */
export function greaterEqual(x: Operand, y: Operand): Tensor {
  return binary(geP, x, y);
}
