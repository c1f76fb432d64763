import { tensor } from "../literal.ts";
import { broadcastTo } from "../primitives/_binary.ts";
import { concatenate } from "../primitives/concatenate.ts";
import { convert } from "../primitives/convert.ts";
import { gatherRows } from "../primitives/gather_scatter.ts";
import { sliceAxis } from "../primitives/slice_pad.ts";
import { formatShape, normalizeAxis, range } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/** The axis that is edited, the first by default. */
export type EditOptions = { readonly axis?: number };

/**
 * `x` without the slices at some positions of an axis; negative ones count from the end.
 *
 * @throws {RangeError} if a position is outside the axis
 */
export function deleteAt(
  x: Tensor,
  at: number | readonly number[],
  options: EditOptions = {},
): Tensor {
  const axis = normalizeAxis(options.axis ?? 0, x.shape.length, "deleteAt");
  const side = x.shape[axis]!;
  const gone = [at].flat().map((position) => {
    if (position >= -side && position < side) return position < 0 ? position + side : position;
    throw new RangeError(
      `Cannot delete at ${position} of axis ${axis} of ${formatShape(x.shape)}: it has ${side} ` +
        `elements`,
    );
  });
  const kept = range(side).filter((i) => !gone.includes(i));
  if (kept.length === 0) return sliceAxis(x, { axis, start: 0, stop: 0 });
  return gatherRows(x, tensor(Int32Array.from(kept)), { axis });
}

/**
 * `x` with slices inserted before a position of an axis, which may be its end.
 *
 * @param values of the rank of `x` and as long along the axis as they are many; other sides broadcast
 * @throws {RangeError} if the position is outside the axis
 */
export function insertAt(
  x: Tensor,
  at: number,
  options: EditOptions & { readonly values: Tensor },
): Tensor {
  const axis = normalizeAxis(options.axis ?? 0, x.shape.length, "insertAt");
  const side = x.shape[axis]!;
  const place = at < 0 ? at + side : at;
  if (place < 0 || place > side) {
    throw new RangeError(
      `Cannot insert at ${at} of axis ${axis} of ${formatShape(x.shape)}: it has ${side} elements`,
    );
  }
  const { values } = options;
  const shape = x.shape.with(axis, values.shape.at(axis - x.shape.length) ?? 1);
  const middle = broadcastTo(convert(values, x.dtype), shape);
  const part = (start: number, stop: number): Tensor => sliceAxis(x, { axis, start, stop });
  return concatenate([part(0, place), middle, part(place, side)], { axis });
}
