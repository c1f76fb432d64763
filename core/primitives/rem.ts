import { isFloat } from "../dtype.ts";
import type { Tensor } from "../tensor.ts";
import { alike, binary, type Operand } from "./_binary.ts";
import { type BinaryPrimitive, defineBinary } from "./_elementwise.ts";
import { addTangents } from "./add.ts";
import { div } from "./div.ts";
import { mul } from "./mul.ts";
import { neg } from "./neg.ts";
import { trunc } from "./rounding.ts";

/** z = x - trunc(x / y) · y, with the sign of x; of integers x where y is 0. */
export const remP: BinaryPrimitive = defineBinary(
  "rem",
  (x, y, dtype) => y === 0 && !isFloat(dtype) ? x : x % y,
  {
    tangent: ([x, y], _z, [dx, dy]) => addTangents(dx, dy && mul(dy, neg(trunc(div(x, y))))),
  },
);

/** Remainder of the division cut towards zero: it has the sign of the dividend. */
export function rem(x: Operand, y: Operand): Tensor {
  return binary(remP, ...alike("rem", x, y));
}
