import { bind } from "../bind.ts";
import { type DType, isFloat } from "../dtype.ts";
import { type BinaryPrimitive, defineBinary } from "./_elementwise.ts";
import { alike, type Operand } from "./_binary.ts";
import { andP } from "./bitwise.ts";
import { addTangents } from "./add.ts";
import { isLinear, known } from "../primitive.ts";
import type { Tensor } from "../tensor.ts";

/** z = x · y, element by element; bilinear. */
export const mulP: BinaryPrimitive = defineBinary("mul", product, {
  tangent: ([x, y], _z, [dx, dy]) => addTangents(dx && mul(dx, y), dy && mul(x, dy)),
  transpose: (ct, [x, y]) => [
    isLinear(x) ? mul(ct, known(y)) : null,
    isLinear(y) ? mul(known(x), ct) : null,
  ],
});

/**
 * x · y, element by element, broadcast and promoted as in NumPy; integers wrap, and of two bools it
 * is their and.
 */
export function mul(x: Operand, y: Operand): Tensor {
  const [a, b] = alike("mul", x, y);
  return bind(a.dtype === "bool" ? andP : mulP, [a, b], null)[0];
}

// The low 32 bits of a product of integers: in f64 they would be rounded away.
function product(x: number, y: number, dtype: DType): number {
  return isFloat(dtype) ? x * y : Math.imul(x, y);
}
