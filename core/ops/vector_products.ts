import { dotGeneral } from "../primitives/dot_general.ts";
import { mul } from "../primitives/mul.ts";
import { reshape } from "../primitives/reshape.ts";
import type { Tensor } from "../tensor.ts";
import { matmul } from "./matmul.ts";
import { sum } from "./sum.ts";

/** Σ x y of the flattened operands, a scalar. */
export function vdot(x: Tensor, y: Tensor): Tensor {
  return dotGeneral(reshape(x, [-1]), reshape(y, [-1]), { contract: [[0], [0]] });
}

/** Σ x y along an axis (default: the last), after broadcasting. */
export function vecdot(x: Tensor, y: Tensor, options: { readonly axis?: number } = {}): Tensor {
  return sum(mul(x, y), { axes: options.axis ?? -1 });
}

/** Σ x y of the last axes: the other axes of `x`, then those of `y`; of scalars the product. */
export function inner(x: Tensor, y: Tensor): Tensor {
  const [p, q] = [x.shape.length, y.shape.length];
  if (p === 0 || q === 0) return mul(x, y);
  return dotGeneral(x, y, { contract: [[p - 1], [q - 1]] });
}

/** Matrices times vectors: [..., M, N] and [..., N] give [..., M]. */
export function matvec(x: Tensor, y: Tensor): Tensor {
  const z = matmul(x, reshape(y, [...y.shape, 1]));
  return reshape(z, z.shape.slice(0, -1));
}

/** Vectors times matrices: [..., M] and [..., M, N] give [..., N]. */
export function vecmat(x: Tensor, y: Tensor): Tensor {
  const z = matmul(reshape(x, [...x.shape.slice(0, -1), 1, ...x.shape.slice(-1)]), y);
  return reshape(z, [...z.shape.slice(0, -2), ...z.shape.slice(-1)]);
}
