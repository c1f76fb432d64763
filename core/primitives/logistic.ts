import type { Tensor } from "../tensor.ts";
import { defineUnary, type UnaryPrimitive } from "./_elementwise.ts";
import { unaryFloat } from "./_unary.ts";
import { mul } from "./mul.ts";
import { sub } from "./sub.ts";

/** y = 1 / (1 + e⁻ˣ). */
export const logisticP: UnaryPrimitive = defineUnary("logistic", (x) => 1 / (1 + Math.exp(-x)), {
  tangent: (_x, y, dx) => mul(dx, mul(y, sub(1, y))),
});

/** Logistic function: 1 / (1 + e⁻ˣ). */
export function sigmoid(x: Tensor): Tensor {
  return unaryFloat(logisticP, x);
}
