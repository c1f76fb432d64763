import { alike, type Operand } from "../primitives/_binary.ts";
import { equal, greater, less } from "../primitives/compare.ts";
import { isNan } from "../primitives/is_finite.ts";
import { maximum, minimum } from "../primitives/max_min.ts";
import { where } from "../primitives/select.ts";
import { ShapeError } from "../errors.ts";
import type { Tensor } from "../tensor.ts";

/** A choice: what to take where a condition holds. */
export type Case = readonly [condition: Tensor, value: Operand];

/**
 * For each element the value of the first condition that holds; all broadcast.
 *
 * @param cases pairs of a condition and a value, the first that holds wins
 * @param otherwise where none holds, 0 by default
 * @throws {ShapeError} if there is no case
 * @example A ramp
 * ```ts
 * import { greater, less, select, tensor } from "../mod.ts";
 * const x = tensor([-1, 0.5, 3]);
 * const y = select([[less(x, 0), 0], [greater(x, 1), 1]], x);
 * if (y.shape.join() !== "3") throw new Error("unexpected shape");
 * ```
 */
export function select(cases: readonly Case[], otherwise: Operand = 0): Tensor {
  if (cases.length === 0) {
    throw new ShapeError("Cannot select: there is no case; give one or more", "select", []);
  }
  return cases.reduceRight<Operand>(
    (rest, [holds, y]) => where(holds, y, rest),
    otherwise,
  ) as Tensor;
}

/** 0 below 0, 1 above, and `y` at 0; NaN stays. */
export function heaviside(x: Operand, y: Operand): Tensor {
  const [a, b] = alike("heaviside", x, y);
  const step = where(less(a, 0), 0, where(greater(a, 0), 1, a));
  return where(equal(a, 0), b, step);
}

/** The larger of two, and the other where one is NaN. */
export function fmax(x: Operand, y: Operand): Tensor {
  const [a, b] = alike("fmax", x, y);
  return where(isNan(a), b, where(isNan(b), a, maximum(a, b)));
}

/** The smaller of two, and the other where one is NaN. */
export function fmin(x: Operand, y: Operand): Tensor {
  const [a, b] = alike("fmin", x, y);
  return where(isNan(a), b, where(isNan(b), a, minimum(a, b)));
}
