import { isLinear } from "../primitive.ts";
import type { Tensor } from "../tensor.ts";
import { binary, type Operand } from "./_binary.ts";
import { type BinaryPrimitive, defineBinary } from "./_elementwise.ts";
import { neg } from "./neg.ts";

/** z = x - y. */
export const subP: BinaryPrimitive = defineBinary("sub", (x, y) => x - y, {
  tangent: (_operands, _z, [dx, dy]) => dx && dy ? sub(dx, dy) : dx ?? (dy && neg(dy)),
  transpose: (ct, [x, y]) => [isLinear(x) ? ct : null, isLinear(y) ? neg(ct) : null],
});

/** x - y, broadcast and promoted as in NumPy; integers wrap. */
export function sub(x: Operand, y: Operand): Tensor {
  return binary(subP, x, y);
}
