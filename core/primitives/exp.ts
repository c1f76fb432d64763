import type { Tensor } from "../tensor.ts";
import { defineUnary, type UnaryPrimitive } from "./_elementwise.ts";
import { unaryFloat } from "./_unary.ts";
import { mul } from "./mul.ts";

/** y = eˣ. */
export const expP: UnaryPrimitive = defineUnary("exp", Math.exp, {
  tangent: (_x, y, dx) => mul(dx, y),
});

/** eˣ. */
export function exp(x: Tensor): Tensor {
  return unaryFloat(expP, x);
}

/** 2ˣ. */
export function exp2(x: Tensor): Tensor {
  return exp(mul(x, Math.LN2));
}
