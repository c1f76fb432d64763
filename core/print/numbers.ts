import { type DType, isFloat } from "../dtype.ts";

/** How numbers are written. */
export type NumberFormat = {
  /** Digits after the point, at most. Default 4. */
  readonly precision?: number;
};

/** Powers of ten outside which floats are written with an exponent, and the span they may have. */
const LARGE = 1e8;
const SMALL = 1e-4;
const SPAN = 1e3;

/**
 * A function that writes each of `values` with the same number of digits and the same width, as
 * NumPy does: with an exponent if they are very large, very small, or far apart.
 */
export function numberWriter(
  values: readonly number[],
  dtype: DType,
  format: NumberFormat = {},
): (value: number) => string {
  const texts = writerOf(values, dtype, format.precision ?? 4);
  const width = Math.max(0, ...values.map((value) => texts(value).length));
  return (value) => texts(value).padStart(width);
}

function writerOf(
  values: readonly number[],
  dtype: DType,
  precision: number,
): (value: number) => string {
  if (dtype === "bool") return (value) => value ? "true" : "false";
  if (!isFloat(dtype)) return String;
  const sizes = values.map(Math.abs).filter((value) => value > 0 && Number.isFinite(value));
  const [most, least] = [Math.max(0, ...sizes), Math.min(Infinity, ...sizes)];
  const isWhole = sizes.every(Number.isInteger) && most < LARGE;
  if (!isWhole && (most >= LARGE || least < SMALL || most / least > SPAN)) {
    return (value) => Number.isFinite(value) ? value.toExponential(precision) : special(value);
  }
  const digits = Math.max(0, ...sizes.map((value) => fraction(value, precision)));
  return (value) => Number.isFinite(value) ? value.toFixed(digits) : special(value);
}

/** Digits after the point that are no trailing zeros. */
function fraction(value: number, precision: number): number {
  const [, digits = ""] = value.toFixed(precision).replace(/0+$/, "").split(".");
  return digits.length;
}

function special(value: number): string {
  return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
}
