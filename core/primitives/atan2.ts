import { bind } from "../bind.ts";
import type { Tensor } from "../tensor.ts";
import { alike, type Operand } from "./_binary.ts";
import { type BinaryPrimitive, defineBinary } from "./_elementwise.ts";
import { asFloat } from "./_unary.ts";
import { add, addTangents } from "./add.ts";
import { div } from "./div.ts";
import { mul } from "./mul.ts";
import { neg } from "./neg.ts";

/** z = angle of the point (y, x): the first operand is the ordinate. */
export const atan2P: BinaryPrimitive = defineBinary("atan2", (x, y) => Math.atan2(x, y), {
  domain: "float",
  // dz = (dx · y - dy · x) / (x² + y²)
  tangent: ([x, y], _z, [dx, dy]) => {
    const square = add(mul(x, x), mul(y, y));
    return addTangents(dx && mul(dx, div(y, square)), dy && mul(dy, div(neg(x), square)));
  },
});

/** Angle in [-π, π] of the point with ordinate `x` and abscissa `y`. */
export function atan2(x: Operand, y: Operand): Tensor {
  const [a, b] = alike("atan2", x, y);
  return bind(atan2P, [asFloat(a), asFloat(b)], null)[0];
}
