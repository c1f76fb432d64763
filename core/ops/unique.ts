import { ShapeError } from "../errors.ts";
import { broadcastTo } from "../primitives/_binary.ts";
import { concatenate } from "../primitives/concatenate.ts";
import { equal, notEqual } from "../primitives/compare.ts";
import { convert } from "../primitives/convert.ts";
import { iota } from "../primitives/iota.ts";
import { reshape } from "../primitives/reshape.ts";
import { where } from "../primitives/select.ts";
import { sliceAxis } from "../primitives/slice_pad.ts";
import { sub } from "../primitives/sub.ts";
import { sizeOf } from "../shape.ts";
import { numberTensor, type Tensor } from "../tensor.ts";
import { cumsum } from "./cumulative.ts";
import { any } from "./any_all.ts";
import { scatter } from "./gather.ts";
import { segmentSum } from "./segment.ts";
import { sortTogether } from "./sort.ts";
import { zeros } from "./full.ts";

/** What `unique` finds. */
export type Unique = {
  /** The distinct values in ascending order [size]. */
  readonly values: Tensor;
  /** How often each occurs, i32 [size]; 0 for what fills up. */
  readonly counts: Tensor;
  /** Where in the flattened operand each occurs first, i32 [size]. */
  readonly indices: Tensor;
  /** The number of its value for every element, i32 in the shape of the operand. */
  readonly inverse: Tensor;
};

/** Options of `unique`: how many values to return, and what fills up; the smallest by default. */
export type UniqueOptions = { readonly size: number; readonly fill?: number };

/**
 * The distinct values of `x`. Shapes do not depend on values, so there are `size` of them: larger ones
 * are left out if there are more, and the rest is filled up if there are fewer.
 *
 * @param x at least one element; NaN equals nothing, itself included
 * @throws {ShapeError} if there is no element
 * @example The values of a vector and how often each comes
 * ```ts
 * import { tensor, unique } from "../mod.ts";
 * const { values, counts } = unique(tensor([3, 1, 3]), { size: 2 });
 * if (values.shape.join() !== counts.shape.join()) throw new Error("unexpected shape");
 * ```
 */
export function unique(x: Tensor, options: UniqueOptions): Unique {
  const { size } = options;
  const total = sizeOf(x.shape);
  if (total === 0) {
    throw new ShapeError("Cannot take unique values of nothing: give an element", "unique", [
      x.shape,
    ]);
  }
  const flat = reshape(x, [total]);
  const places = iota([total], { dtype: "i32" });
  const [sorted, order] = sortTogether([flat, places]) as [Tensor, Tensor];
  const cut = (start: number, stop: number): Tensor => sliceAxis(sorted, { axis: 0, start, stop });
  const isNew = concatenate([
    equal(sliceAxis(places, { axis: 0, start: 0, stop: 1 }), 0),
    notEqual(cut(1, total), cut(0, total - 1)),
  ]);
  const group = sub(cumsum(convert(isNew, "i32")), 1); // [N]: the number of its value
  const firsts = where(isNew, group, size);
  const pick = (rows: Tensor, start: Tensor): Tensor =>
    scatter(broadcastTo(start, [size]), firsts, { updates: rows, kind: "set" });
  const fill = options.fill === undefined ? cut(0, 1) : numberTensor(options.fill, x.dtype);
  const counts = segmentSum(convert(equal(places, places), "i32"), group, { segments: size });
  return {
    values: pick(sorted, fill),
    counts,
    indices: pick(order, sliceAxis(order, { axis: 0, start: 0, stop: 1 })),
    inverse: reshape(scatter(zeros([total], { dtype: "i32" }), order, { updates: group }), x.shape),
  };
}

/** Which elements of `x` are among those of `values`. */
export function isIn(x: Tensor, values: Tensor): Tensor {
  const rows = reshape(x, [...x.shape, 1]);
  return any(equal(rows, reshape(values, [-1])), { axes: x.shape.length });
}
