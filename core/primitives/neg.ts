import type { Tensor } from "../tensor.ts";
import { defineUnary, type UnaryPrimitive } from "./_elementwise.ts";
import { unary } from "./_unary.ts";

/** y = -x. */
export const negP: UnaryPrimitive = defineUnary("neg", (x) => -x, {
  domain: "number",
  tangent: (_x, _y, dx) => neg(dx),
  transpose: (ct) => neg(ct),
});

/** -x; integers wrap. */
export function neg(x: Tensor): Tensor {
  return unary(negP, x);
}
