import { add } from "../primitives/add.ts";
import { mul } from "../primitives/mul.ts";
import { abs } from "../primitives/abs_sign.ts";
import { cos } from "../primitives/sin_cos.ts";
import { sub } from "../primitives/sub.ts";
import type { Tensor } from "../tensor.ts";
import { ones } from "./full.ts";
import { linspace } from "./arange.ts";

/** Windows of n points that taper a signal towards its ends, symmetric; one point is 1. */

/** Straight from 0 to 1 and back. */
export function bartlett(n: number): Tensor {
  if (n === 1) return ones([1]);
  return sub(1, abs(linspace(-1, 1, { count: n })));
}

/** 0.5 - 0.5 cos. */
export function hanning(n: number): Tensor {
  return cosines(n, [0.5, -0.5]);
}

/** 0.54 - 0.46 cos. */
export function hamming(n: number): Tensor {
  return cosines(n, [0.54, -0.46]);
}

/** 0.42 - 0.5 cos + 0.08 cos of twice the angle. */
export function blackman(n: number): Tensor {
  return cosines(n, [0.42, -0.5, 0.08]);
}

/** Σ cₖ cos(k t) for t from 0 to 2π. */
function cosines(n: number, weights: readonly [number, ...number[]]): Tensor {
  if (n === 1) return ones([1]);
  const angle = linspace(0, 2 * Math.PI, { count: n });
  const [constant, ...rest] = weights;
  return rest.reduce(
    (sum, weight, i) => add(sum, mul(weight, cos(mul(angle, i + 1)))),
    mul(constant, ones([n])),
  );
}
