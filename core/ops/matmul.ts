import { ShapeError } from "../errors.ts";
import { broadcastTo } from "../primitives/_binary.ts";
import { dotGeneral } from "../primitives/dot_general.ts";
import { moveAxis } from "../primitives/transpose.ts";
import { broadcastShapes, formatShape, range, sameShape, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { reshape } from "../primitives/reshape.ts";

/**
 * Matrix product over the last two axes; leading axes broadcast as in NumPy. A vector on the left is
 * a row, on the right a column, and that axis is dropped again.
 *
 * @param x [..., M, K] or [K]
 * @param y [..., K, N] or [K]
 * @returns [..., M, N]
 * @throws {ShapeError} if an operand is a scalar, or the inner sides or leading axes do not fit
 * @example A matrix and a vector
 * ```ts
 * import { matmul, tensor } from "../mod.ts";
 * const y = matmul(tensor([[1, 2], [3, 4]]), tensor([5, 6]));
 * if (y.shape.join() !== "2") throw new Error("unexpected shape");
 * ```
 */
export function matmul(x: Tensor, y: Tensor): Tensor {
  const [p, q] = [x.shape.length, y.shape.length];
  const inner = q === 1 ? 0 : q - 2;
  if (p === 0 || q === 0) refuse(x, y, "a scalar is no matrix; use mul");
  if (x.shape[p - 1] !== y.shape[inner]) {
    const sides = `inner sizes ${x.shape[p - 1]} and ${y.shape[inner]} differ`;
    refuse(x, y, `${sides}; transpose one operand`);
  }
  // With leading axes on one side only there is nothing to broadcast: one plain product.
  if (q <= 2) return dotGeneral(x, y, { contract: [[p - 1], [inner]] });
  if (p === 1) return dotGeneral(x, y, { contract: [[0], [inner]] });
  if (p === 2) {
    const z = dotGeneral(x, y, { contract: [[1], [inner]] }); // [M, ..., N]
    return moveAxis(z, 0, -2);
  }
  return batched(x, y);
}

function batched(x: Tensor, y: Tensor): Tensor {
  const lead = broadcastShapes(x.shape.slice(0, -2), y.shape.slice(0, -2), "matmul");
  const batch = range(lead.length);
  const stretch = (t: Tensor): Tensor => broadcastTo(t, [...lead, ...t.shape.slice(-2)]);
  if (sizeOf(y.shape.slice(0, -2)) === 1 && sameShape(lead, x.shape.slice(0, -2))) {
    const matrix = reshape(y, y.shape.slice(-2));
    return dotGeneral(x, matrix, { contract: [[x.shape.length - 1], [0]] });
  }
  const [a, b] = [stretch(x), stretch(y)];
  return dotGeneral(a, b, {
    contract: [[lead.length + 1], [lead.length]],
    batch: [batch, batch],
  });
}

function refuse(x: Tensor, y: Tensor, why: string): never {
  throw new ShapeError(
    `Cannot matmul ${formatShape(x.shape)} and ${formatShape(y.shape)}: ${why}`,
    "matmul",
    [x.shape, y.shape],
  );
}

/** Sum of products of the last axis of `x` and the second to last of `y` (its only one), as NumPy. */
export function dot(x: Tensor, y: Tensor): Tensor {
  if (x.shape.length === 0 || y.shape.length === 0) return dotGeneral(x, y, { contract: [[], []] });
  const inner = Math.max(0, y.shape.length - 2);
  return dotGeneral(x, y, { contract: [[x.shape.length - 1], [inner]] });
}

/** z[i, j] = x[i] · y[j] of the flattened operands. */
export function outer(x: Tensor, y: Tensor): Tensor {
  return dotGeneral(reshape(x, [-1]), reshape(y, [-1]), { contract: [[], []] });
}
