import { range, type Shape, stridesOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { add } from "./add.ts";
import { broadcastInDim } from "./broadcast_sum.ts";
import { convert } from "./convert.ts";
import { iota } from "./iota.ts";
import { maximum, minimum } from "./max_min.ts";
import { mul } from "./mul.ts";

/**
 * Positions in a flattened batch of arrays, `shape` [B, ...], of a window in each: [B, ...sizes].
 * Start i holds one number for each of the batch where `batched[i]`, else one for all.
 */
export function windowIds(
  shape: Shape,
  sizes: Shape,
  starts: readonly Tensor[],
  batched: readonly boolean[],
): Tensor {
  const out = [shape[0]!, ...sizes];
  const strides = stridesOf(shape);
  const along = (axis: number): Tensor => mul(iota(out, { axis, dtype: "i32" }), strides[axis]!);
  const begin = starts.map((start, i) => {
    const last = shape[i + 1]! - sizes[i]!;
    const clamped = minimum(maximum(convert(start, "i32"), 0), last);
    const dims = batched[i] ? [0] : [];
    return broadcastInDim(mul(clamped, strides[i + 1]!), { shape: out, dims });
  });
  return [...range(out.length).map(along), ...begin].reduce((sum, term) => add(sum, term));
}
