import { broadcastInDim } from "../primitives/broadcast_sum.ts";
import { equal, less, lessEqual, notEqual } from "../primitives/compare.ts";
import { convert } from "../primitives/convert.ts";
import { where } from "../primitives/select.ts";
import { promoteTypes } from "../dtype.ts";
import { range } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { sum } from "./sum.ts";

/**
 * Where elements would have to be inserted in an ascending vector to keep it so, as i32.
 *
 * @param sorted [N]
 * @param values any shape
 * @param options `side`: before ("left", default) or after ("right") equal elements
 */
export function searchSorted(
  sorted: Tensor,
  values: Tensor,
  options: { readonly side?: "left" | "right" } = {},
): Tensor {
  const dtype = promoteTypes(sorted.dtype, values.dtype);
  const rank = values.shape.length;
  const shape = [...values.shape, sorted.shape[0]!];
  const row = broadcastInDim(convert(sorted, dtype), { shape, dims: [rank] });
  const each = broadcastInDim(convert(values, dtype), { shape, dims: range(rank) });
  const right = options.side === "right";
  // NaN is greater than everything else and equal to itself.
  const before = where(
    notEqual(each, each),
    right ? notEqual(each, each) : equal(row, row),
    right ? lessEqual(row, each) : less(row, each),
  );
  return sum(convert(before, "i32"), { axes: rank });
}
