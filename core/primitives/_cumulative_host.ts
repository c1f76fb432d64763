import { isFloat } from "../dtype.ts";
import type { HostArray } from "../host.ts";
import { stridesOf } from "../shape.ts";

/** What a running operation combines with. */
export type CumulativeKind = "sum" | "prod" | "max" | "min" | "logsumexp";

const FOLDS: Record<CumulativeKind, (x: number, y: number) => number> = {
  sum: (x, y) => x + y,
  prod: (x, y) => x * y,
  max: (x, y) => Math.max(x, y),
  min: (x, y) => Math.min(x, y),
  logsumexp: (x, y) => {
    const top = Math.max(x, y);
    if (!Number.isFinite(top)) return top;
    return top + Math.log1p(Math.exp(Math.min(x, y) - top));
  },
};

/** The running operation along an axis of a host array. */
export function cumulativeHost(
  x: HostArray,
  kind: CumulativeKind,
  axis: number,
  reverse: boolean,
): Float64Array {
  const fold = kind === "prod" && !isFloat(x.dtype) ? Math.imul : FOLDS[kind];
  const side = x.shape[axis]!;
  const stride = stridesOf(x.shape)[axis]!;
  const result = x.data.slice();
  const step = reverse ? -stride : stride;
  for (let lane = 0; lane < result.length / side; lane++) {
    const start = Math.floor(lane / stride) * stride * side + lane % stride;
    let at = reverse ? start + (side - 1) * stride : start;
    for (let j = 1; j < side; j++, at += step) {
      result[at + step] = fold(result[at]!, result[at + step]!);
    }
  }
  return result;
}
