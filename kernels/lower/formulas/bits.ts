import { bytesOf } from "../../../core/internal.ts";
import type { Value } from "../../ir/types.ts";
import type { Formula, Formulas } from "./term.ts";

/** Counts of bits. */

/** The pattern of an integer as an u32. */
function pattern(f: Formulas, x: Value): Value {
  if (bytesOf(x.dtype) === 1) return f.and(f.convert(x, "u32"), 255);
  return f.bitcast(x, "u32");
}

function countOnes(f: Formulas, x: Value): Value {
  const shifted = (y: Value, by: number): Value => f.op("shift_right_logical", y, by);
  const pairs = f.sub(x, f.and(shifted(x, 1), 0x55555555));
  const fours = f.add(f.and(pairs, 0x33333333), f.and(shifted(pairs, 2), 0x33333333));
  const bytes = f.and(f.add(fours, shifted(fours, 4)), 0x0f0f0f0f);
  return shifted(f.mul(bytes, 0x01010101), 24);
}

/** Number of one bits. */
export const populationCount: Formula = (f, [x]) =>
  f.convert(countOnes(f, pattern(f, x!)), x!.dtype);

/** Number of zero bits above the highest one bit. */
export const countLeadingZeros: Formula = (f, [x]) => {
  let filled = pattern(f, x!);
  for (let by = 1; by <= 16; by *= 2) {
    filled = f.or(filled, f.op("shift_right_logical", filled, by));
  }
  return f.convert(f.sub(8 * bytesOf(x!.dtype), countOnes(f, filled)), x!.dtype);
};
