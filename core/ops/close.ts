import { alike, type Operand } from "../primitives/_binary.ts";
import { abs } from "../primitives/abs_sign.ts";
import { add } from "../primitives/add.ts";
import { bitwiseAnd, bitwiseOr } from "../primitives/bitwise.ts";
import { equal, lessEqual } from "../primitives/compare.ts";
import { isFinite, isNan } from "../primitives/is_finite.ts";
import { mul } from "../primitives/mul.ts";
import { sub } from "../primitives/sub.ts";
import { sameShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { all } from "./any_all.ts";
import { full } from "./full.ts";

/** How far apart numbers may be: |x - y| ≤ atol + rtol |y|. */
export type CloseOptions = {
  /** 1e-5 by default. */
  readonly rtol?: number;
  /** 1e-8 by default. */
  readonly atol?: number;
  /** Whether NaN is close to NaN, false by default. */
  readonly equalNan?: boolean;
};

/** Which elements are close; infinities are to themselves alone. */
export function isClose(x: Operand, y: Operand, options: CloseOptions = {}): Tensor {
  const { rtol = 1e-5, atol = 1e-8, equalNan = false } = options;
  const [a, b] = alike("isClose", x, y);
  const near = lessEqual(abs(sub(a, b)), add(atol, mul(rtol, abs(b))));
  const close = bitwiseOr(equal(a, b), bitwiseAnd(near, bitwiseAnd(isFinite(a), isFinite(b))));
  return equalNan ? bitwiseOr(close, bitwiseAnd(isNan(a), isNan(b))) : close;
}

/** Whether all elements are close, after broadcasting: a bool scalar. */
export function allClose(x: Operand, y: Operand, options: CloseOptions = {}): Tensor {
  return all(isClose(x, y, options));
}

/** Whether two tensors have one shape and equal elements: a bool scalar. NaN equals nothing. */
export function arrayEqual(x: Tensor, y: Tensor): Tensor {
  return sameShape(x.shape, y.shape) ? all(equal(x, y)) : full([], false);
}
