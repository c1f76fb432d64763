import { bind } from "../bind.ts";
import { type DType, isFloat } from "../dtype.ts";
import { ShapeError } from "../errors.ts";
import { definePrimitive, type Primitive } from "../primitive.ts";
import { formatAval } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { binary, type Operand } from "./_binary.ts";
import { type BinaryPrimitive, defineBinary, requireDtype } from "./_elementwise.ts";
import { addTangents } from "./add.ts";
import { equal } from "./compare.ts";
import { log } from "./log.ts";
import { mul } from "./mul.ts";
import { where } from "./select.ts";
import { sub } from "./sub.ts";

/** z = xʸ. */
export const powP: BinaryPrimitive = defineBinary("pow", power, {
  // dz = dx · y xʸ⁻¹ + dy · z ln x, where ln 0 counts as 0 as in the limit of z ln x.
  tangent: ([x, y], z, [dx, dy]) =>
    addTangents(
      dx && mul(dx, mul(y, binary(powP, x, sub(y, 1)))),
      dy && mul(dy, mul(z, log(where(equal(x, 0), 1, x)))),
    ),
});

/** The exponent. */
export type IntegerPowParams = { readonly n: number };

/** y = xⁿ for an integer n that is known: negative x and zeros are no special case. */
export const integerPowP: Primitive<[Tensor], [Tensor], IntegerPowParams> = definePrimitive<
  [Tensor],
  [Tensor],
  IntegerPowParams
>({
  name: "integer_pow",
  infer: ([x], { n }) => {
    requireDtype("integer_pow", x, "number");
    if (n < 0 && !isFloat(x.dtype)) {
      throw new ShapeError(
        `Cannot integer_pow ${formatAval(x)} by ${n}: a negative power is no integer; ` +
          `convert the operand to a float first`,
        "integer_pow",
        [x.shape],
      );
    }
    return [x];
  },
  evaluate: ([x], { n }) => [x.data.map((value) => power(value, n, x.dtype))],
  jvp: ([x], [dx], { n }) => [
    bind(integerPowP, [x], { n }),
    [dx && n !== 0 ? mul(dx, mul(n, integerPow(x, n - 1))) : null],
  ],
  batch: (x, _batched, params) => bind(integerPowP, x, params),
});

function power(x: number, y: number, dtype: DType): number {
  if (!isFloat(dtype)) return integerPower(x, y);
  // IEEE pow, unlike Math.pow, gives 1 for a base of 1, and for -1 to an infinite power.
  if (x === 1 || (x === -1 && Math.abs(y) === Infinity)) return 1;
  return x ** y;
}

function integerPower(x: number, y: number): number {
  let result = 1;
  for (let base = x, n = y; n > 0; n = Math.floor(n / 2), base = Math.imul(base, base)) {
    if (n % 2 === 1) result = Math.imul(result, base);
  }
  return result;
}

// Exponents up to here are repeated products, which are exact for negative bases.
const MAX_INTEGER_POW = 8;

/**
 * xʸ, broadcast and promoted as in NumPy.
 *
 * A small integer as `y` means `integerPow`; another exponent has no derivative in y for negative x.
 */
export function pow(x: Operand, y: Operand): Tensor {
  const whole = typeof y === "number" && Number.isInteger(y) && Math.abs(y) <= MAX_INTEGER_POW;
  if (whole && typeof x !== "number" && (y >= 0 || isFloat(x.dtype))) return integerPow(x, y);
  return binary(powP, x, y);
}

/** xⁿ for an integer n. */
export function integerPow(x: Tensor, n: number): Tensor {
  if (!Number.isInteger(n)) {
    throw new RangeError(`Cannot integerPow by ${n}: the exponent is no integer; use pow`);
  }
  return n === 1 ? x : bind(integerPowP, [x], { n })[0];
}

/** x². */
export function square(x: Tensor): Tensor {
  return integerPow(x, 2);
}

/** 1 / x. */
export function reciprocal(x: Tensor): Tensor {
  return integerPow(x, -1);
}
