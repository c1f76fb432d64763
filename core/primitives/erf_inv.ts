import type { Tensor } from "../tensor.ts";
import { defineUnary, type UnaryPrimitive } from "./_elementwise.ts";
import { erfInvHost } from "./_erf_host.ts";
import { unaryFloat } from "./_unary.ts";
import { exp } from "./exp.ts";
import { mul } from "./mul.ts";

// √π / 2
const HALF_SQRT_PI = 0.886226925452758;

/** y with erf y = x; ±∞ at ±1, NaN beyond. */
export const erfInvP: UnaryPrimitive = defineUnary("erf_inv", erfInvHost, {
  // dy = dx · √π/2 · e^(y²)
  tangent: (_x, y, dx) => mul(dx, mul(HALF_SQRT_PI, exp(mul(y, y)))),
});

/** Inverse of the error function. */
export function erfInv(x: Tensor): Tensor {
  return unaryFloat(erfInvP, x);
}
