import { bind } from "../bind.ts";
import { ShapeError } from "../errors.ts";
import { iota } from "../primitives/iota.ts";
import { flip } from "../primitives/rev.ts";
import { sliceAxis } from "../primitives/slice_pad.ts";
import { sortP } from "../primitives/sort.ts";
import { sub } from "../primitives/sub.ts";
import { takeAlong } from "../primitives/_take_along.ts";
import { formatShape, normalizeAxis } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/** What the sorting functions share: the axis (default: the last) and the direction. */
export type SortOptions = { readonly axis?: number; readonly descending?: boolean };

/** `x` sorted along an axis. NaN comes last, or first when descending; 0 and -0 are equal. */
export function sort(x: Tensor, options: SortOptions = {}): Tensor {
  const axis = normalizeAxis(options.axis ?? -1, x.shape.length, "sort");
  const sorted = bind(sortP, [x], { axis, keys: 1 })[0]!;
  return options.descending ? flip(sorted, { axes: axis }) : sorted;
}

/** The i32 indices that sort `x` along an axis; equal elements keep their order either way. */
export function argsort(x: Tensor, options: SortOptions = {}): Tensor {
  const axis = normalizeAxis(options.axis ?? -1, x.shape.length, "argsort");
  const places = iota(x.shape, { axis, dtype: "i32" });
  if (!options.descending) return bind(sortP, [x, places], { axis, keys: 1 })[1]!;
  // Reversed before and after: the last of equal elements comes last again.
  const back = bind(sortP, [flip(x, { axes: axis }), places], { axis, keys: 1 })[1]!;
  return sub(x.shape[axis]! - 1, flip(back, { axes: axis }));
}

/** Tensors of one shape reordered together so that the first `keys` of them (default 1) ascend. */
export function sortTogether(
  xs: readonly Tensor[],
  options: { readonly axis?: number; readonly keys?: number } = {},
): readonly Tensor[] {
  const axis = normalizeAxis(options.axis ?? -1, xs[0]?.shape.length ?? 0, "sort");
  return bind(sortP, xs, { axis, keys: options.keys ?? 1 });
}

/**
 * The i32 indices that sort by several keys: by the last, then by the one before it, and so on.
 *
 * @param keys tensors of one shape
 * @throws {ShapeError} if there is none
 */
export function lexSort(
  keys: readonly Tensor[],
  options: { readonly axis?: number } = {},
): Tensor {
  const [first] = keys;
  if (!first) {
    throw new ShapeError("Cannot lexSort: there is no key; give one or more", "lexSort", []);
  }
  const axis = normalizeAxis(options.axis ?? -1, first.shape.length, "lexSort");
  const places = iota(first.shape, { axis, dtype: "i32" });
  return bind(sortP, [...keys.toReversed(), places], { axis, keys: keys.length })[keys.length]!;
}

/**
 * The k largest elements along the last axis in descending order, and their i32 indices. NaN comes
 * first, equal elements by lower index.
 *
 * @param x [..., N]
 * @returns values [..., k] and indices [..., k]
 * @throws {RangeError} if k is greater than N
 */
export function topK(x: Tensor, k: number): readonly [values: Tensor, indices: Tensor] {
  const axis = x.shape.length - 1;
  if (axis < 0 || k > x.shape[axis]! || k < 0) {
    throw new RangeError(
      `Cannot take the top ${k} of ${formatShape(x.shape)}: the last axis has ` +
        `${x.shape[axis] ?? "no"} elements; choose a smaller k`,
    );
  }
  const order = argsort(x, { axis, descending: true });
  const indices = sliceAxis(order, { axis, start: 0, stop: k });
  return [takeAlong(x, indices, axis), indices];
}
