import { bind } from "../bind.ts";
import { type BinaryPrimitive, defineBinary } from "./_elementwise.ts";
import { isLinear } from "../primitive.ts";
import { alike, binary, type Operand } from "./_binary.ts";
import { orP } from "./bitwise.ts";
import type { Tensor } from "../tensor.ts";

/** z = x + y. */
export const addP: BinaryPrimitive = defineBinary("add", (x, y) => x + y, {
  tangent: (_operands, _z, [dx, dy]) => addTangents(dx, dy),
  transpose: (ct, [x, y]) => [isLinear(x) ? ct : null, isLinear(y) ? ct : null],
});

/** x + y, broadcast and promoted as in NumPy; integers wrap, and of two bools it is their or. */
export function add(x: Operand, y: Operand): Tensor {
  const [a, b] = alike("add", x, y);
  return bind(a.dtype === "bool" ? orP : addP, [a, b], null)[0];
}

/** Sum of two tangents or cotangents, where null is zero. */
export function addTangents(dx: Tensor | null, dy: Tensor | null): Tensor | null {
  return dx && dy ? binary(addP, dx, dy) : dx ?? dy;
}
