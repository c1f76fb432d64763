import type { Operand } from "../primitives/_binary.ts";
import { bitwiseAnd } from "../primitives/bitwise.ts";
import { greater, less } from "../primitives/compare.ts";
import { maximum, minimum } from "../primitives/max_min.ts";
import { where } from "../primitives/select.ts";
import { stopGradient } from "../primitives/stop_gradient.ts";
import type { Tensor } from "../tensor.ts";

/** min(max(x, lo), hi), with derivative 0 in x at the bounds themselves. */
export function clamp(x: Tensor, lo: Operand, hi: Operand): Tensor {
  const inside = bitwiseAnd(greater(x, lo), less(x, hi));
  const bounded = stopGradient(clip(x, lo, hi));
  if (typeof lo === "number" && typeof hi === "number") return where(inside, x, bounded);
  // The bounds have derivatives of their own, where x is beyond them.
  const below = where(less(x, lo), minimum(lo, hi), bounded);
  return where(inside, x, where(greater(x, hi), hi, below));
}

/** min(max(x, lo), hi), with half the derivative at a bound, as `maximum` and `minimum` have it. */
export function clip(x: Tensor, lo: Operand, hi: Operand): Tensor {
  return minimum(maximum(x, lo), hi);
}
