import { add } from "../primitives/add.ts";
import { mul } from "../primitives/mul.ts";
import { rem } from "../primitives/rem.ts";
import { type Shape, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { floorDivide } from "./remainder.ts";

/**
 * Positions in a flattened shape as positions along each of its axes.
 *
 * @param ids integers of any shape
 * @returns for each axis integers of the shape of `ids`
 */
export function unravelIndex(ids: Tensor, shape: Shape): Tensor[] {
  return shape.map((side, axis) => {
    const below = sizeOf(shape.slice(axis + 1));
    return rem(floorDivide(ids, Math.max(1, below)), Math.max(1, side));
  });
}

/**
 * Positions along each axis as positions in the flattened shape.
 *
 * @param ids integers that broadcast, one tensor for each axis
 */
export function ravelMultiIndex(ids: readonly Tensor[], shape: Shape): Tensor {
  const parts = ids.map((each, axis) => mul(each, sizeOf(shape.slice(axis + 1))));
  return parts.reduce((sum, part) => add(sum, part));
}
