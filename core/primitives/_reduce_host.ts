import type { HostArray } from "../host.ts";
import { otherAxes, sizeOf, stridesOf } from "../shape.ts";

/** Folds `axes` of a host array, elements in row-major order. */
export function reduceHost(
  x: HostArray,
  axes: readonly number[],
  start: number,
  fold: (accumulated: number, value: number) => number,
): Float64Array {
  const kept = otherAxes(x.shape.length, axes);
  const shape = kept.map((axis) => x.shape[axis]!);
  const from = stridesOf(x.shape);
  const to = stridesOf(shape);
  const result = new Float64Array(sizeOf(shape)).fill(start);
  for (let i = 0; i < x.data.length; i++) {
    let at = 0;
    for (let j = 0; j < kept.length; j++) {
      at += (Math.floor(i / from[kept[j]!]!) % shape[j]!) * to[j]!;
    }
    result[at] = fold(result[at]!, x.data[i]!);
  }
  return result;
}
