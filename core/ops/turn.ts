import { flip } from "../primitives/rev.ts";
import { swapAxes, transpose } from "../primitives/transpose.ts";
import { range } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/** Options of `rot90`: how many quarter turns, 1 by default, and in which plane. */
export type Rot90Options = { readonly k?: number; readonly axes?: readonly [number, number] };

/** `x` turned by quarters, from the first of two axes (default: 0 and 1) to the second. */
export function rot90(x: Tensor, options: Rot90Options = {}): Tensor {
  const { k = 1, axes: [from, to] = [0, 1] } = options;
  const turns = ((k % 4) + 4) % 4;
  return range(turns).reduce((y: Tensor) => flip(swapAxes(y, from, to), { axes: from }), x);
}

/** `x` with the order of its columns (axis 1) reversed. */
export function fliplr(x: Tensor): Tensor {
  return flip(x, { axes: 1 });
}

/** `x` with the order of its rows (axis 0) reversed. */
export function flipud(x: Tensor): Tensor {
  return flip(x, { axes: 0 });
}

/** `x` with its last two axes swapped. */
export function matrixTranspose(x: Tensor): Tensor {
  const rank = x.shape.length;
  return transpose(x, [...range(rank - 2), rank - 1, rank - 2]);
}
