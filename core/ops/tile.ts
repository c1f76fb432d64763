import { ShapeError } from "../errors.ts";
import { broadcastInDim } from "../primitives/broadcast_sum.ts";
import { concatenate } from "../primitives/concatenate.ts";
import { gatherRows } from "../primitives/gather_scatter.ts";
import { reshape } from "../primitives/reshape.ts";
import { sliceAxis } from "../primitives/slice_pad.ts";
import { formatShape, normalizeAxes, normalizeAxis, range } from "../shape.ts";
import { tensor } from "../literal.ts";
import type { Tensor } from "../tensor.ts";

/** `x` repeated as a whole, `reps[i]` times along axis i; missing leading numbers or axes are 1. */
export function tile(x: Tensor, reps: readonly number[]): Tensor {
  const rank = Math.max(reps.length, x.shape.length);
  const ones = (n: number): number[] => range(n).map(() => 1);
  const shape = [...ones(rank - x.shape.length), ...x.shape];
  const times = [...ones(rank - reps.length), ...reps];
  const wide = shape.flatMap((side, i) => [times[i]!, side]);
  const dims = range(x.shape.length).map((i) => 2 * (i + rank - x.shape.length) + 1);
  return reshape(broadcastInDim(x, { shape: wide, dims }), shape.map((s, i) => s * times[i]!));
}

/**
 * Every element of `x` repeated in place.
 *
 * @param x any shape
 * @param repeats one number, or one for each element of the axis
 * @param options `axis`: default null, which flattens `x` first
 * @throws {ShapeError} if the list has not one number per element
 */
export function repeat(
  x: Tensor,
  repeats: number | readonly number[],
  options: { readonly axis?: number | null } = {},
): Tensor {
  if (options.axis === undefined || options.axis === null) {
    return repeat(reshape(x, [-1]), repeats, { axis: 0 });
  }
  const axis = normalizeAxis(options.axis, x.shape.length, "repeat");
  const side = x.shape[axis]!;
  if (typeof repeats === "number") {
    const shape = x.shape.toSpliced(axis + 1, 0, repeats);
    const dims = range(x.shape.length).map((i) => i > axis ? i + 1 : i);
    return reshape(broadcastInDim(x, { shape, dims }), x.shape.with(axis, side * repeats));
  }
  if (repeats.length !== side) {
    throw new ShapeError(
      `Cannot repeat ${formatShape(x.shape)} by ${repeats.length} numbers along axis ${axis}: it ` +
        `has ${side} elements there; give one number for each`,
      "repeat",
      [x.shape],
    );
  }
  const ids = repeats.flatMap((times, i) => range(times).map(() => i));
  if (ids.length === 0) return sliceAxis(x, { axis, start: 0, stop: 0 });
  return gatherRows(x, tensor(ids, { dtype: "i32" }), { axis });
}

/** `x` shifted along axes (default: flattened), what leaves at the end comes in at the start. */
export function roll(
  x: Tensor,
  shift: number | readonly number[],
  options: { readonly axis?: number | readonly number[] | null } = {},
): Tensor {
  const { axis = null } = options;
  if (axis === null) {
    const total = typeof shift === "number" ? shift : shift.reduce((sum, s) => sum + s, 0);
    return reshape(rollAxis(reshape(x, [-1]), 0, total), x.shape);
  }
  const axes = typeof axis === "number" ? [axis] : axis;
  return axes.reduce((y, a, i) => {
    const [at] = normalizeAxes(a, x.shape.length, "roll");
    return rollAxis(y, at!, typeof shift === "number" ? shift : shift[i] ?? 0);
  }, x);
}

function rollAxis(x: Tensor, axis: number, shift: number): Tensor {
  const side = x.shape[axis]!;
  const by = side === 0 ? 0 : ((shift % side) + side) % side;
  if (by === 0) return x;
  const cut = side - by;
  const tail = sliceAxis(x, { axis, start: cut, stop: side });
  return concatenate([tail, sliceAxis(x, { axis, start: 0, stop: cut })], { axis });
}
