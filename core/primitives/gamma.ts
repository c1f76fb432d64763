import { bind } from "../bind.ts";
import { definePrimitive, type Primitive } from "../primitive.ts";
import type { Tensor } from "../tensor.ts";
import { defineUnary, requireDtype, type UnaryPrimitive } from "./_elementwise.ts";
import { digammaHost, lgammaHost, polygammaHost } from "./_gamma_host.ts";
import { asFloat, unaryFloat } from "./_unary.ts";
import { mul } from "./mul.ts";

/** The logarithm of gamma with all its derivatives. */

/** y = ln |Γ(x)|. */
export const lgammaP: UnaryPrimitive = defineUnary("lgamma", lgammaHost, {
  tangent: (x, _y, dx) => mul(dx, digamma(x)),
});

/** y = ψ(x) = d/dx ln Γ(x). */
export const digammaP: UnaryPrimitive = defineUnary("digamma", digammaHost, {
  tangent: (x, _y, dx) => mul(dx, polygamma(x, 1)),
});

/** The order of the derivative. */
export type PolygammaParams = { readonly n: number };

/** y = ψ⁽ⁿ⁾(x), the n-th derivative of digamma, n ≥ 1. */
export const polygammaP: Primitive<[Tensor], [Tensor], PolygammaParams> = definePrimitive<
  [Tensor],
  [Tensor],
  PolygammaParams
>({
  name: "polygamma",
  infer: ([x]) => {
    requireDtype("polygamma", x, "float");
    return [x];
  },
  evaluate: ([x], { n }) => [x.data.map((value) => polygammaHost(n, value))],
  jvp: ([x], [dx], { n }) => [[polygamma(x, n)], [dx && mul(dx, polygamma(x, n + 1))]],
  batch: (x, _batched, params) => bind(polygammaP, x, params),
});

/** ln |Γ(x)|. */
export function lgamma(x: Tensor): Tensor {
  return unaryFloat(lgammaP, x);
}

/** ψ(x) = d/dx ln Γ(x). */
export function digamma(x: Tensor): Tensor {
  return unaryFloat(digammaP, x);
}

/**
 * ψ⁽ⁿ⁾(x), the n-th derivative of digamma.
 *
 * @throws {RangeError} if n is no whole number from 0 on
 */
export function polygamma(x: Tensor, n: number): Tensor {
  if (!Number.isInteger(n) || n < 0) {
    throw new RangeError(`Cannot polygamma of order ${n}: it is no whole number from 0 on`);
  }
  return n === 0 ? digamma(x) : bind(polygammaP, [asFloat(x)], { n })[0];
}
