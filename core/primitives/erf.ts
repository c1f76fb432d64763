import type { Tensor } from "../tensor.ts";
import { defineUnary, type UnaryPrimitive } from "./_elementwise.ts";
import { erfcHost, erfHost } from "./_erf_host.ts";
import { unaryFloat } from "./_unary.ts";
import { exp } from "./exp.ts";
import { mul } from "./mul.ts";
import { neg } from "./neg.ts";

// 2 / √π
const TWO_OVER_SQRT_PI = 1.1283791670955126;

/** y = 2/√π ∫₀ˣ e^(-t²) dt. */
export const erfP: UnaryPrimitive = defineUnary("erf", erfHost, {
  tangent: (x, _y, dx) => mul(dx, density(x)),
});

/** y = 1 - erf x. */
export const erfcP: UnaryPrimitive = defineUnary("erfc", erfcHost, {
  tangent: (x, _y, dx) => mul(dx, neg(density(x))),
});

function density(x: Tensor): Tensor {
  return mul(TWO_OVER_SQRT_PI, exp(neg(mul(x, x))));
}

/** Error function. */
export function erf(x: Tensor): Tensor {
  return unaryFloat(erfP, x);
}

/** 1 - erf x, accurate for large x. */
export function erfc(x: Tensor): Tensor {
  return unaryFloat(erfcP, x);
}
