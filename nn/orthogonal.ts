import {
  diagonal,
  expandDims,
  moveAxis,
  mul,
  normal,
  qr,
  reshape,
  ShapeError,
  sign,
  swapAxes,
} from "../core/mod.ts";
import { formatShape, normalizeAxis, sizeOf } from "../core/internal.ts";
import type { Initializer } from "./initializers.ts";

/** Options of `orthogonal`. */
export type OrthogonalOptions = {
  /** What the matrix is multiplied by, 1 by default. */
  readonly scale?: number;
  /** The axis of the columns, the last by default; the others together are the rows. */
  readonly columnAxis?: number;
};

/**
 * A random matrix with orthonormal rows or columns, whichever are fewer: Q of a normal matrix, with the
 * signs that make the diagonal of R positive, so that it is uniformly distributed.
 *
 * @throws {ShapeError} from the initializer, if the shape has fewer than two axes
 * @see Saxe et al. 2013, arXiv:1312.6120
 */
export function orthogonal(options: OrthogonalOptions = {}): Initializer {
  return (key, shape, { dtype = "f32" } = {}) => {
    const rank = shape.length;
    if (rank < 2) {
      throw new ShapeError(
        `Cannot make ${formatShape(shape)} orthogonal: it is no matrix; give two axes or more`,
        "orthogonal",
        [shape],
      );
    }
    const column = normalizeAxis(options.columnAxis ?? -1, rank, "orthogonal");
    const columns = shape[column]!;
    const rows = sizeOf(shape) / columns;
    const z = normal(key, [Math.max(rows, columns), Math.min(rows, columns)], { dtype });
    const [q, r] = qr(z);
    const tall = mul(q, expandDims(sign(diagonal(r)), 0));
    const matrix = rows < columns ? swapAxes(tall, 0, 1) : tall; // [rows, columns]
    const others = shape.filter((_, i) => i !== column);
    return mul(moveAxis(reshape(matrix, [...others, columns]), -1, column), options.scale ?? 1);
  };
}
