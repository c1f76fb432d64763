import type { Tensor } from "../tensor.ts";
import { binary, type Operand } from "./_binary.ts";
import { type BinaryPrimitive, defineBinary } from "./_elementwise.ts";
import { addTangents } from "./add.ts";
import { equal } from "./compare.ts";
import { convert } from "./convert.ts";
import { mul } from "./mul.ts";
import { where } from "./select.ts";

/** z = max(x, y); NaN if either is. A tie gives each operand half the derivative. */
export const maxP: BinaryPrimitive = extremum("max", (x, y) => Math.max(x, y));

/** z = min(x, y); NaN if either is. A tie gives each operand half the derivative. */
export const minP: BinaryPrimitive = extremum("min", (x, y) => Math.min(x, y));

function extremum(name: string, f: (x: number, y: number) => number): BinaryPrimitive {
  return defineBinary(name, f, {
    domain: "any",
    tangent: ([x, y], z, [dx, dy]) =>
      addTangents(dx && mul(dx, share(x, y, z)), dy && mul(dy, share(y, x, z))),
  });
}

/** The part of the derivative that goes to `mine`: 1, at a tie 1/2, or 0. */
function share(mine: Tensor, other: Tensor, z: Tensor): Tensor {
  const won = convert(where(equal(other, z), 0.5, 1), z.dtype);
  return where(equal(mine, z), won, 0);
}

/** Larger of x and y, element by element, NaN if either is. */
export function maximum(x: Operand, y: Operand): Tensor {
  return binary(maxP, x, y);
}

/** Smaller of x and y, element by element, NaN if either is. */
export function minimum(x: Operand, y: Operand): Tensor {
  return binary(minP, x, y);
}
