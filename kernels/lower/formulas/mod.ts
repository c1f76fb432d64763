/**
 * Elementwise primitives as formulas over simpler ones, for emitters that do not print them.
 *
 * @module
 */
import { type DType, isFloat } from "../../../core/mod.ts";
import type { Value } from "../../ir/types.ts";
import type { Expressions } from "../../ir/value.ts";
import { convertValue } from "../convert.ts";
import { countLeadingZeros, populationCount } from "./bits.ts";
import { digamma, erfc, lgamma } from "./gamma.ts";
import { acosh, asinh, atanh, cosh, sinh } from "./hyperbolic.ts";
import { polygamma } from "./polygamma.ts";
import { cbrt, pow, rem } from "./power.ts";
import { type Formula, formulasIn } from "./term.ts";
import { acos, asin, atan, atan2 } from "./trigonometric.ts";

const FORMULAS: Readonly<Record<string, Formula>> = {
  acos,
  acosh,
  asin,
  asinh,
  atan,
  atan2,
  atanh,
  cbrt,
  cosh,
  count_leading_zeros: countLeadingZeros,
  digamma,
  erfc,
  lgamma,
  polygamma,
  population_count: populationCount,
  pow,
  rem,
  sinh,
};

/** Whether a primitive has a formula. */
export function hasFormula(op: string): boolean {
  return op in FORMULAS;
}

/** The value of a primitive by its formula; f16 and bf16 are computed in f32. */
export function formulaValue(
  table: Expressions,
  op: string,
  dtype: DType,
  args: readonly Value[],
  params: unknown,
): Value {
  const wide = args.map((arg) => isFloat(arg.dtype) ? convertValue(table, arg, "f32") : arg);
  return convertValue(table, FORMULAS[op]!(formulasIn(table), wide, params), dtype);
}
