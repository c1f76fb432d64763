import { I32, V128 } from "./opcodes.ts";
import type { Vectors } from "./vectors.ts";

/**
 * Quotients of integer lanes, cut towards zero; all bits set where the divisor is 0. SIMD has no
 * integer division, so it is done lane by lane.
 */
export function divide(v: Vectors, x: number, y: number, signed: boolean): number {
  const { fn } = v;
  // A division by -1 could trap, so it is a negation: the divisor is made 1 first.
  const negated = signed ? v.apply("i32x4.eq", y, v.i32(-1)) : v.i32(0);
  const zero = v.apply("i32x4.eq", y, v.i32(0));
  const divisor = v.select(v.apply("v128.or", negated, zero), v.i32(1), y);
  const quotient = fn.local(V128);
  const lanes = [0, 1, 2, 3].map((lane) => {
    const one = fn.local(I32);
    fn.get(x).extractLane(lane).get(divisor).extractLane(lane);
    fn.op(signed ? "i32.div_s" : "i32.div_u").set(one);
    return one;
  });
  fn.get(x);
  lanes.forEach((one, lane) => fn.get(one).replaceLane(lane));
  fn.set(quotient);
  const turned = signed ? v.select(negated, v.apply("i32x4.neg", quotient), quotient) : quotient;
  return v.apply("v128.or", turned, zero);
}
