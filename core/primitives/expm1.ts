import type { Tensor } from "../tensor.ts";
import { defineUnary, type UnaryPrimitive } from "./_elementwise.ts";
import { unaryFloat } from "./_unary.ts";
import { exp } from "./exp.ts";
import { mul } from "./mul.ts";

/** y = eˣ - 1. */
export const expm1P: UnaryPrimitive = defineUnary("expm1", Math.expm1, {
  tangent: (x, _y, dx) => mul(dx, exp(x)),
});

/** eˣ - 1, accurate near 0. */
export function expm1(x: Tensor): Tensor {
  return unaryFloat(expm1P, x);
}
