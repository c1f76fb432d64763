import { isInteger } from "../dtype.ts";
import { ShapeError } from "../errors.ts";
import { formatAval } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { add } from "./add.ts";
import { equal } from "./compare.ts";
import { convert } from "./convert.ts";
import { iota } from "./iota.ts";
import { maximum, minimum } from "./max_min.ts";
import { mul } from "./mul.ts";
import { reshape } from "./reshape.ts";
import { where } from "./select.ts";
import { moveAxis } from "./transpose.ts";

/** Row numbers of gather and scatter, and batches of rows folded into one numbering. */

/** Ids with those outside 0 ... count - 1 moved to the nearest row. */
export function clampIds(ids: Tensor, count: number): Tensor {
  return minimum(maximum(widened(ids), 0), count - 1);
}

/** Indices as i32 or u32: narrow integers could not hold the numbers of folded rows. */
export function widened(ids: Tensor): Tensor {
  if (!isInteger(ids.dtype)) {
    throw new ShapeError(
      `Cannot index by ${formatAval(ids.aval)}: ids are integers; convert them`,
      "index",
      [ids.shape],
    );
  }
  return ids.dtype === "u32" ? ids : convert(ids, "i32");
}

/** Which ids name one of `count` rows. */
export function inRange(ids: Tensor, count: number): Tensor {
  return equal(clampIds(ids, count), widened(ids));
}

/** Ids [B, ...] of a batch of tables with `count` rows as ids of the tables one after another. */
export function flatIds(ids: Tensor, count: number): Tensor {
  const wide = widened(ids);
  const batch = iota(wide.shape, { axis: 0, dtype: wide.dtype });
  const outside = ids.shape[0]! * count;
  return where(inRange(ids, count), add(wide, mul(batch, count)), outside);
}

/** x [B, .., N at axis, ..] to rows [B·N, ..]. */
export function foldRows(x: Tensor, axis: number): Tensor {
  const front = moveAxis(x, axis, 1);
  const [batch, count, ...rest] = front.shape;
  return reshape(front, [batch! * count!, ...rest]);
}

/** The inverse of `foldRows`. */
export function unfoldRows(rows: Tensor, batch: number, axis: number): Tensor {
  const [total, ...rest] = rows.shape;
  return moveAxis(reshape(rows, [batch, total! / Math.max(1, batch), ...rest]), 1, axis);
}
