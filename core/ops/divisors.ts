import { alike, type Operand } from "../primitives/_binary.ts";
import { isInteger } from "../dtype.ts";
import { ShapeError } from "../errors.ts";
import { abs } from "../primitives/abs_sign.ts";
import { equal } from "../primitives/compare.ts";
import { mul } from "../primitives/mul.ts";
import { rem } from "../primitives/rem.ts";
import { where } from "../primitives/select.ts";
import { sub } from "../primitives/sub.ts";
import { formatAval, range } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { floorDivide, remainder, truncDivide } from "./remainder.ts";
import { trunc } from "../primitives/rounding.ts";

/** Quotient and remainder, as `floorDivide` and `remainder`. */
export function divmod(x: Operand, y: Operand): readonly [quotient: Tensor, rest: Tensor] {
  return [floorDivide(x, y), remainder(x, y)];
}

/** The fraction and the whole part of floats, both with the sign of `x`. */
export function modf(x: Tensor): readonly [fraction: Tensor, whole: Tensor] {
  const whole = trunc(x);
  return [sub(x, whole), whole];
}

// Fibonacci numbers need the most divisions: 46 of them fit 32 bits.
const MOST_DIVISIONS = 48;

/**
 * Greatest common divisor of integers, 0 of 0 and 0, by Euclid's algorithm.
 *
 * @throws {ShapeError} if the operands are no integers
 */
export function gcd(x: Operand, y: Operand): Tensor {
  const [a, b] = alike("gcd", x, y);
  if (!isInteger(a.dtype)) {
    throw new ShapeError(
      `Cannot gcd ${formatAval(a.aval)} and ${formatAval(b.aval)}: they are no integers; ` +
        `convert them`,
      "gcd",
      [a.shape, b.shape],
    );
  }
  const start: readonly [Tensor, Tensor] = [abs(a), abs(b)];
  return range(MOST_DIVISIONS).reduce(([large, small]) => {
    const done = equal(small, 0);
    const rest = rem(large, where(done, 1, small));
    return [where(done, large, small), where(done, 0, rest)] as const;
  }, start)[0];
}

/**
 * Least common multiple of integers, 0 if one is 0.
 *
 * @throws {ShapeError} if the operands are no integers
 */
export function lcm(x: Operand, y: Operand): Tensor {
  const [a, b] = alike("lcm", x, y);
  const divisor = gcd(a, b);
  const none = equal(divisor, 0);
  return where(none, 0, mul(truncDivide(abs(a), where(none, 1, divisor)), abs(b)));
}
