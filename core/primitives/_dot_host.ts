import type { HostArray } from "../host.ts";
import { otherAxes, type Shape, sizeOf } from "../shape.ts";
import { permuted } from "./_positions.ts";

/** Axes of the left and of the right operand, in pairs. */
export type AxisPairs = readonly [lhs: readonly number[], rhs: readonly number[]];

/** Which axes of a product are summed and which run along in both operands and the result. */
export type DotParams = { readonly contract: AxisPairs; readonly batch: AxisPairs };

/** A product on host arrays: both operands are packed to [batch, free, summed], then rows meet. */
export function dotHost(x: HostArray, y: HostArray, { contract, batch }: DotParams): Float64Array {
  const left = otherAxes(x.shape.length, [...contract[0], ...batch[0]]);
  const right = otherAxes(y.shape.length, [...contract[1], ...batch[1]]);
  const a = permuted(x.data, x.shape, [...batch[0], ...left, ...contract[0]]);
  const b = permuted(y.data, y.shape, [...batch[1], ...right, ...contract[1]]);
  const sides = {
    batch: sizeOf(pickSides(x.shape, batch[0])),
    rows: sizeOf(pickSides(x.shape, left)),
    columns: sizeOf(pickSides(y.shape, right)),
    inner: sizeOf(pickSides(x.shape, contract[0])),
  };
  const wraps = x.dtype === "i32" || x.dtype === "u32";
  return rowsTimesRows(a, b, sides, wraps ? wrappingDot : dotOf);
}

type Dot = (a: Float64Array, from: number, b: Float64Array, at: number, count: number) => number;

function rowsTimesRows(
  a: Float64Array,
  b: Float64Array,
  sides: { batch: number; rows: number; columns: number; inner: number },
  dot: Dot,
): Float64Array {
  const { batch, rows, columns, inner } = sides;
  const result = new Float64Array(batch * rows * columns);
  let at = 0;
  for (let g = 0; g < batch; g++) {
    for (let i = 0; i < rows; i++) {
      const from = (g * rows + i) * inner;
      for (let j = 0; j < columns; j++) {
        result[at++] = dot(a, from, b, (g * columns + j) * inner, inner);
      }
    }
  }
  return result;
}

function dotOf(a: Float64Array, from: number, b: Float64Array, at: number, count: number): number {
  // Four partial sums, so that additions do not wait for one another.
  let s0 = 0, s1 = 0, s2 = 0, s3 = 0, k = 0;
  for (; k + 3 < count; k += 4) {
    s0 += a[from + k]! * b[at + k]!;
    s1 += a[from + k + 1]! * b[at + k + 1]!;
    s2 += a[from + k + 2]! * b[at + k + 2]!;
    s3 += a[from + k + 3]! * b[at + k + 3]!;
  }
  for (; k < count; k++) s0 += a[from + k]! * b[at + k]!;
  return (s0 + s1) + (s2 + s3);
}

/** Products of 32-bit integers do not fit f64. */
function wrappingDot(
  a: Float64Array,
  from: number,
  b: Float64Array,
  at: number,
  count: number,
): number {
  let sum = 0;
  for (let k = 0; k < count; k++) sum = (sum + Math.imul(a[from + k]!, b[at + k]!)) | 0;
  return sum;
}

function pickSides(shape: Shape, axes: readonly number[]): number[] {
  return axes.map((axis) => shape[axis]!);
}
