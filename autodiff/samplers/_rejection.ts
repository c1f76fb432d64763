import {
  abs,
  any,
  bitwiseNot,
  bitwiseOr,
  full,
  type Shape,
  splitKey,
  sub,
  type Tensor,
  uniform,
  where,
} from "../../core/mod.ts";
import { whileLoop } from "../while_loop.ts";

/** Uniform numbers: u in [-1/2, 1/2), how far it is from both ends, and v in [0, 1). */
export type Draw = { readonly u: Tensor; readonly room: Tensor; readonly v: Tensor };

/** A value for each element, and whether it is accepted. */
export type Candidate = { readonly k: Tensor; readonly accept: Tensor };

/** Values that `propose` makes of uniform numbers, drawn until each element has an accepted one. */
export function untilAccepted(
  from: Tensor,
  shape: Shape,
  propose: (draw: Draw) => Candidate,
): Tensor {
  type Carry = { readonly key: Tensor; readonly k: Tensor; readonly accepted: Tensor };
  const again = (last: Carry): Carry => {
    const [key, first, second] = splitKey(last.key, 3);
    const u = sub(uniform(first, shape), 0.5);
    const v = uniform(second, shape);
    const { k, accept } = propose({ u, room: sub(0.5, abs(u)), v });
    return { key, k: where(accept, k, last.k), accepted: bitwiseOr(last.accepted, accept) };
  };
  const start = { key: from, k: full(shape, -1), accepted: full(shape, false) };
  return whileLoop(({ accepted }: Carry) => any(bitwiseNot(accepted)), again, start).k;
}
