import type { Tensor } from "../tensor.ts";
import { defineUnary, type UnaryPrimitive } from "./_elementwise.ts";
import { unaryFloat } from "./_unary.ts";
import { add } from "./add.ts";
import { div } from "./div.ts";
import { mul } from "./mul.ts";
import { rsqrt } from "./rsqrt.ts";
import { sub } from "./sub.ts";

/** y = arsinh x. */
export const asinhP: UnaryPrimitive = defineUnary("asinh", (x) => Math.asinh(x), {
  tangent: (x, _y, dx) => mul(dx, rsqrt(add(mul(x, x), 1))),
});

/** y = arcosh x. */
export const acoshP: UnaryPrimitive = defineUnary("acosh", (x) => Math.acosh(x), {
  tangent: (x, _y, dx) => mul(dx, mul(rsqrt(sub(x, 1)), rsqrt(add(x, 1)))),
});

/** y = artanh x. */
export const atanhP: UnaryPrimitive = defineUnary("atanh", (x) => Math.atanh(x), {
  tangent: (x, _y, dx) => mul(dx, div(1, mul(add(1, x), sub(1, x)))),
});

/** Inverse of sinh. */
export function asinh(x: Tensor): Tensor {
  return unaryFloat(asinhP, x);
}

/** Inverse of cosh that is not negative; NaN below 1. */
export function acosh(x: Tensor): Tensor {
  return unaryFloat(acoshP, x);
}

/** Inverse of tanh; ±∞ at ±1, NaN beyond. */
export function atanh(x: Tensor): Tensor {
  return unaryFloat(atanhP, x);
}
