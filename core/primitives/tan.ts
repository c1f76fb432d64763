import type { Tensor } from "../tensor.ts";
import { defineUnary, type UnaryPrimitive } from "./_elementwise.ts";
import { unaryFloat } from "./_unary.ts";
import { add } from "./add.ts";
import { mul } from "./mul.ts";

/** y = tan x. */
export const tanP: UnaryPrimitive = defineUnary("tan", (x) => Math.tan(x), {
  tangent: (_x, y, dx) => mul(dx, add(1, mul(y, y))),
});

/** Tangent of an angle in radians. */
export function tan(x: Tensor): Tensor {
  return unaryFloat(tanP, x);
}
