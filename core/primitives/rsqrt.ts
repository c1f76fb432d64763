import type { Tensor } from "../tensor.ts";
import { defineUnary, type UnaryPrimitive } from "./_elementwise.ts";
import { unaryFloat } from "./_unary.ts";
import { div } from "./div.ts";
import { mul } from "./mul.ts";

/** y = 1 / √x. */
export const rsqrtP: UnaryPrimitive = defineUnary("rsqrt", (x) => 1 / Math.sqrt(x), {
  tangent: (x, y, dx) => mul(dx, mul(-0.5, div(y, x))),
});

/** 1 / √x. */
export function rsqrt(x: Tensor): Tensor {
  return unaryFloat(rsqrtP, x);
}
