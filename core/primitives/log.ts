import type { Tensor } from "../tensor.ts";
import { defineUnary, type UnaryPrimitive } from "./_elementwise.ts";
import { unaryFloat } from "./_unary.ts";
import { div } from "./div.ts";

/** y = ln x. */
export const logP: UnaryPrimitive = defineUnary("log", Math.log, {
  tangent: (x, _y, dx) => div(dx, x),
});

/** Natural logarithm. */
export function log(x: Tensor): Tensor {
  return unaryFloat(logP, x);
}

/** Logarithm to base 2. */
export function log2(x: Tensor): Tensor {
  return div(log(x), Math.LN2);
}

/** Logarithm to base 10. */
export function log10(x: Tensor): Tensor {
  return div(log(x), Math.LN10);
}
