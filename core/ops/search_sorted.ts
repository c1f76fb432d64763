import { promoteTypes } from "../dtype.ts";
import { add } from "../primitives/add.ts";
import { bitwiseAnd, rightShift } from "../primitives/bitwise.ts";
import { broadcastInDim } from "../primitives/broadcast_sum.ts";
import { equal, less, lessEqual, notEqual } from "../primitives/compare.ts";
import { convert } from "../primitives/convert.ts";
import { gatherRows } from "../primitives/gather_scatter.ts";
import { where } from "../primitives/select.ts";
import { range } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { full } from "./full.ts";
import { sum } from "./sum.ts";
import { requireVector } from "./_vector.ts";

/** Options of `searchSorted`: before ("left", default) or after ("right") equal elements. */
export type SearchOptions = { readonly side?: "left" | "right" };

/** Up to this many elements, looking at each of them costs less than halving. */
const MOST_COMPARED = 64;

/**
 * Where elements would have to be inserted in an ascending vector to keep it so, as i32. NaN is greater
 * than everything else and equal to itself.
 *
 * @param sorted [N]
 * @param values any shape
 * @throws {ShapeError} if `sorted` is no vector
 */
export function searchSorted(
  sorted: Tensor,
  values: Tensor,
  options: SearchOptions = {},
): Tensor {
  requireVector("searchSorted", sorted);
  const { side = "left" } = options;
  const dtype = promoteTypes(sorted.dtype, values.dtype);
  const [table, each] = [convert(sorted, dtype), convert(values, dtype)];
  return sorted.shape[0]! > MOST_COMPARED
    ? halving(table, each, side)
    : counting(table, each, side);
}

/** How many elements belong before each value. */
function counting(table: Tensor, values: Tensor, side: "left" | "right"): Tensor {
  const rank = values.shape.length;
  const shape = [...values.shape, table.shape[0]!];
  const row = broadcastInDim(table, { shape, dims: [rank] });
  const each = broadcastInDim(values, { shape, dims: range(rank) });
  return sum(convert(isBefore(row, each, side), "i32"), { axes: rank });
}

/** Binary search: the place lies from `low` to `high`. */
function halving(table: Tensor, values: Tensor, side: "left" | "right"): Tensor {
  const n = table.shape[0]!;
  const start: readonly [Tensor, Tensor] = [
    full(values.shape, 0, { dtype: "i32" }),
    full(values.shape, n, { dtype: "i32" }),
  ];
  const steps = Math.ceil(Math.log2(n + 1));
  return range(steps).reduce(([low, high]) => {
    const middle = rightShift(add(low, high), 1);
    const before = isBefore(gatherRows(table, middle, { axis: 0 }), values, side);
    // Where nothing is left to halve, the middle is the place itself.
    const goesUp = bitwiseAnd(before, less(low, high));
    return [where(goesUp, add(middle, 1), low), where(goesUp, high, middle)] as const;
  }, start)[0];
}

/** Whether an element of the table belongs before a value. */
function isBefore(element: Tensor, value: Tensor, side: "left" | "right"): Tensor {
  const isRight = side === "right";
  return where(
    notEqual(value, value),
    isRight ? notEqual(value, value) : equal(element, element),
    isRight ? lessEqual(element, value) : less(element, value),
  );
}
