import { requireMatrix } from "../primitives/_matrix.ts";
import { abs } from "../primitives/abs_sign.ts";
import { add } from "../primitives/add.ts";
import { less } from "../primitives/compare.ts";
import { div } from "../primitives/div.ts";
import { exp2 } from "../primitives/exp.ts";
import { log2 } from "../primitives/log.ts";
import { maximum, minimum } from "../primitives/max_min.ts";
import { mul } from "../primitives/mul.ts";
import { ceil, round } from "../primitives/rounding.ts";
import { where } from "../primitives/select.ts";
import { stopGradient } from "../primitives/stop_gradient.ts";
import { sub } from "../primitives/sub.ts";
import { range } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { max } from "./extremum.ts";
import { matmul } from "./matmul.ts";
import { solve } from "./solve.ts";
import { sum } from "./sum.ts";
import { eye } from "./triangle.ts";

/** Options of `expm`: as often as this the result may be squared, 16 by default. */
export type ExpmOptions = { readonly maxSquarings?: number };

// Numerator of the Padé approximant of degree 7, and the norm up to which it is exact in f32.
const PADE = [17297280, 8648640, 1995840, 277200, 25200, 1512, 56, 1];
const EXACT_NORM = 3.925724783138660;

/**
 * Exponentials of the matrices [..., N, N]: Σ Aⁿ / n!, by a Padé approximant of A / 2ˢ, which is squared
 * s times. Every squaring up to `maxSquarings` is computed and those beyond s are not used.
 *
 * @throws {ShapeError} if the matrices are not square
 * @see Higham 2005, "The scaling and squaring method for the matrix exponential revisited"
 */
export function expm(a: Tensor, options: ExpmOptions = {}): Tensor {
  requireMatrix("expm", a.aval, true);
  const { maxSquarings = 16 } = options;
  const norm = stopGradient(max(sum(abs(a), { axes: -2, keepDims: true }), {
    axes: [-2, -1],
    keepDims: true,
  }));
  const wanted = ceil(log2(div(maximum(norm, EXACT_NORM), EXACT_NORM)));
  const squarings = minimum(wanted, maxSquarings); // [..., 1, 1]
  const start = pade(div(a, round(exp2(squarings))));
  return range(maxSquarings).reduce(
    (y, i) => where(less(i, squarings), matmul(y, y), y),
    start,
  );
}

/** The Padé approximant (V + U) / (V - U), U odd and V even in A. */
function pade(a: Tensor): Tensor {
  const one = eye(a.shape.at(-1)!, { dtype: a.dtype });
  const square = matmul(a, a);
  const evens = (from: number): Tensor => {
    // c + A² (c' + A² ( ... )), by every second coefficient
    const rest = from + 2 < PADE.length ? matmul(square, evens(from + 2)) : null;
    const term = mul(one, PADE[from]!);
    return rest ? add(rest, term) : term;
  };
  const [v, u] = [evens(0), matmul(a, evens(1))];
  return solve(sub(v, u), add(v, u));
}
