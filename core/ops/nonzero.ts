import { less } from "../primitives/compare.ts";
import { convert } from "../primitives/convert.ts";
import { iota } from "../primitives/iota.ts";
import { reshape } from "../primitives/reshape.ts";
import { where } from "../primitives/select.ts";
import { sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { scatter } from "./gather.ts";
import { cumsum } from "./cumulative.ts";
import { sub } from "../primitives/sub.ts";
import { full } from "./full.ts";
import { stack } from "./stack.ts";
import { sum } from "./sum.ts";
import { unravelIndex } from "./ravel_index.ts";

/** Options of `nonzero`: how many places to find, and the position that stands for missing ones. */
export type NonzeroOptions = { readonly size: number; readonly fill?: number };

/**
 * The places of elements that are not zero, in row-major order: for each axis their positions, i32.
 * Shapes do not depend on values, so `size` of them are found, and the rest filled up.
 *
 * @param x any shape
 * @param options `size`; `fill`: default 0
 * @returns for each axis [size]
 */
export function nonzero(x: Tensor, options: NonzeroOptions): Tensor[] {
  const { size, fill = 0 } = options;
  const holds = convert(convert(reshape(x, [-1]), "bool"), "i32");
  const total = sizeOf(x.shape);
  // The n-th that holds goes to place n, the others outside.
  const place = where(convert(holds, "bool"), sub(cumsum(holds), 1), size);
  const flat = scatter(full([size], 0, { dtype: "i32" }), place, {
    updates: iota([total], { dtype: "i32" }),
    kind: "set",
  });
  const found = less(iota([size], { dtype: "i32" }), sum(holds));
  return unravelIndex(flat, x.shape).map((ids) => where(found, ids, fill));
}

/** The places of elements that are not zero in the flattened `x`, as `nonzero`. */
export function flatNonzero(x: Tensor, options: NonzeroOptions): Tensor {
  return nonzero(reshape(x, [-1]), options)[0]!;
}

/** The places that `nonzero` finds as rows, i32 [size, axes]. */
export function argwhere(x: Tensor, options: NonzeroOptions): Tensor {
  return stack(nonzero(x, options), { axis: 1 });
}
