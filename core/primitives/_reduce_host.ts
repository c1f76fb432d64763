import type { HostArray } from "../host.ts";
import { otherAxes, sizeOf, stridesOf } from "../shape.ts";
import { positions } from "./_positions.ts";

/** Folds `axes` of a host array, elements in row-major order. */
export function reduceHost(
  x: HostArray,
  axes: readonly number[],
  start: number,
  fold: (accumulated: number, value: number) => number,
): Float64Array {
  const kept = otherAxes(x.shape.length, axes);
  const shape = kept.map((axis) => x.shape[axis]!);
  const strides = new Array<number>(x.shape.length).fill(0);
  stridesOf(shape).forEach((stride, j) => strides[kept[j]!] = stride);
  const at = positions(x.shape, strides);
  const result = new Float64Array(sizeOf(shape)).fill(start);
  for (let i = 0; i < at.length; i++) {
    const to = at[i]!;
    result[to] = fold(result[to]!, x.data[i]!);
  }
  return result;
}
