import { type DType, isFloat } from "../../core/mod.ts";
import { integerRange } from "../../core/internal.ts";
import type { Reduction } from "./types.ts";

/** The result of a reduction over nothing. */
export function identityOf(op: Reduction["op"], dtype: DType): number {
  if (op === "sum") return 0;
  if (op === "prod") return 1;
  const [least, greatest] = isFloat(dtype) ? [-Infinity, Infinity] : integerRange(dtype);
  return op === "max" ? least : greatest;
}
