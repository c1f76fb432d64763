import { reshape, ShapeError, type Tensor, transpose } from "../core/mod.ts";
import { formatShape } from "../core/internal.ts";

/** Options of `splitHeads`. */
export type SplitHeadsOptions = { readonly heads: number };

/**
 * [B, T, H·K] to [B, H, T, K].
 *
 * @throws {ShapeError} if the number of heads does not divide the last side
 */
export function splitHeads(x: Tensor, options: SplitHeadsOptions): Tensor {
  const { heads } = options;
  const [batch, time, width] = x.shape;
  if (x.shape.length !== 3 || width! % heads !== 0) {
    throw new ShapeError(
      `Cannot split ${
        formatShape(x.shape)
      } into ${heads} heads: three axes are needed, and a last ` +
        `side that ${heads} divides`,
      "splitHeads",
      [x.shape],
    );
  }
  return transpose(reshape(x, [batch!, time!, heads, width! / heads]), [0, 2, 1, 3]);
}

/** [B, H, T, K] to [B, T, H·K]: the inverse of `splitHeads`. */
export function mergeHeads(x: Tensor): Tensor {
  const [batch, heads, time, size] = x.shape;
  if (x.shape.length !== 4) {
    throw new ShapeError(
      `Cannot merge the heads of ${formatShape(x.shape)}: four axes [B, H, T, K] are needed`,
      "mergeHeads",
      [x.shape],
    );
  }
  return reshape(transpose(x, [0, 2, 1, 3]), [batch!, time!, heads! * size!]);
}
