import { bind } from "../bind.ts";
import { isFloat } from "../dtype.ts";
import { isLinear, known } from "../primitive.ts";
import type { Tensor } from "../tensor.ts";
import { alike, type Operand } from "./_binary.ts";
import { type BinaryPrimitive, defineBinary } from "./_elementwise.ts";
import { asFloat } from "./_unary.ts";
import { addTangents } from "./add.ts";
import { mul } from "./mul.ts";
import { neg } from "./neg.ts";

/** z = x / y; of integers the quotient cut towards zero, with all bits set where y is 0. */
export const divP: BinaryPrimitive = defineBinary(
  "div",
  (x, y, dtype) => isFloat(dtype) ? x / y : y === 0 ? -1 : Math.trunc(x / y),
  {
    // dz = dx / y - dy · z / y
    tangent: ([_x, y], z, [dx, dy]) => addTangents(dx && div(dx, y), dy && mul(dy, neg(div(z, y)))),
    transpose: (ct, [x, y]) => [isLinear(x) ? div(ct, known(y)) : null, null],
  },
);

/** x / y, broadcast and promoted as in NumPy; integers are divided in f32. */
export function div(x: Operand, y: Operand): Tensor {
  const [a, b] = alike("div", x, y);
  return bind(divP, [asFloat(a), asFloat(b)], null)[0];
}
