import {
  concatenate,
  max,
  mean,
  min,
  sum,
  take,
  type Tensor,
  tensor,
  type Tree,
  treeMap,
  zeros,
} from "../core/mod.ts";
import { gathered, indexOfRow } from "./all_gather_primitive.ts";
import { namedSize } from "./_named_axes.ts";

/** Functions that act between the rows of an axis to which `vmap` has given a name. */

/**
 * x of all rows along a named axis, stacked in front.
 *
 * @param x a tree
 * @param axisName the `axisName` of a `vmap` around
 * @returns leaves [size, ...]
 * @throws {RangeError} if no axis has that name
 * @example Every row beside the mean of all
 * ```ts
 * import { sub, tensor, type Tensor } from "../mod.ts";
 * import { pmean, vmap } from "./mod.ts";
 * const centered = vmap((x: Tensor) => sub(x, pmean(x, "i")), { axisName: "i" });
 * if ((await centered(tensor([1, 2, 6])).data())[2] !== 3) throw new Error("unexpected value");
 * ```
 */
export function allGather<X extends Tree>(x: X, axisName: string): X {
  return gather(x, axisName, "gather", (rows) => rows);
}

/** The sum of x over the rows along a named axis; arguments and errors as of `allGather`. */
export function psum<X extends Tree>(x: X, axisName: string): X {
  return gather(x, axisName, "sum", (rows) => sum(rows, { axes: [0] }));
}

/** The mean of x over the rows along a named axis; arguments and errors as of `allGather`. */
export function pmean<X extends Tree>(x: X, axisName: string): X {
  return gather(x, axisName, "average", (rows) => mean(rows, { axes: [0] }));
}

/** The greatest x of the rows along a named axis; arguments and errors as of `allGather`. */
export function pmax<X extends Tree>(x: X, axisName: string): X {
  return gather(x, axisName, "compare", (rows) => max(rows, { axes: [0] }));
}

/** The least x of the rows along a named axis; arguments and errors as of `allGather`. */
export function pmin<X extends Tree>(x: X, axisName: string): X {
  return gather(x, axisName, "compare", (rows) => min(rows, { axes: [0] }));
}

/**
 * Hands x on between the rows along a named axis; rows that nothing is handed to get zeros.
 *
 * @param pairs [from, to], every `to` at most once
 * @throws {RangeError} if no axis has that name, or a row is not there or named twice
 */
export function ppermute<X extends Tree>(
  x: X,
  axisName: string,
  pairs: readonly (readonly [from: number, to: number])[],
): X {
  const size = namedSize(axisName, "permute");
  const sources = new Int32Array(size).fill(size);
  for (const [from, to] of pairs) {
    const isThere = [from, to].every((row) => Number.isInteger(row) && row >= 0 && row < size);
    if (isThere && sources[to] === size) {
      sources[to] = from;
      continue;
    }
    throw new RangeError(
      `Cannot permute ${from} to ${to} over the axis "${axisName}" of ${size}: ` +
        (isThere ? `row ${to} is given twice` : `there are rows 0 to ${size - 1}`),
    );
  }
  const source = take(tensor(sources), axisIndex(axisName), { mode: "clip" });
  return gather(x, axisName, "permute", (rows) => {
    const none = zeros([1, ...rows.shape.slice(1)], { dtype: rows.dtype });
    return take(concatenate([rows, none], { axis: 0 }), source, { mode: "clip" });
  });
}

/** The number of the row along a named axis, an i32 scalar; errors as of `allGather`. */
export function axisIndex(axisName: string): Tensor {
  return indexOfRow({ axisName, size: namedSize(axisName, "number") });
}

/** The number of rows along a named axis; errors as of `allGather`. */
export function axisSize(axisName: string): number {
  return namedSize(axisName, "count");
}

function gather<X extends Tree>(
  x: X,
  axisName: string,
  verb: string,
  f: (rows: Tensor) => Tensor,
): X {
  const size = namedSize(axisName, verb);
  return treeMap((leaf) => f(gathered(leaf, { axisName, size })), x);
}
