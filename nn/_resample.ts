import { add, dotGeneral, moveAxis, mul, reshape, take, type Tensor, tensor } from "../core/mod.ts";

/** For each element of the result, which elements of the axis it is made of and their weights. */
export type Taps = readonly (readonly (readonly [id: number, weight: number])[])[];

// From this number of taps on, a matrix product is faster than a gather for each of them.
const MANY = 8;

/** One axis of `x` replaced by weighted sums of its elements. */
export function resample(x: Tensor, axis: number, taps: Taps): Tensor {
  const side = x.shape[axis]!;
  const most = Math.max(0, ...taps.map((row) => row.length));
  if (most === 1 && taps.every(([tap]) => tap![1] === 1)) return elementsOf(x, axis, taps, 0);
  if (most >= MANY) {
    return moveAxis(dotGeneral(x, matrixOf(taps, side, x), { contract: [[axis], [1]] }), -1, axis);
  }
  const parts = Array.from({ length: most }, (_, k) => {
    const weights = tensor(taps.map((row) => row[k]?.[1] ?? 0), { dtype: x.dtype });
    const along = reshape(weights, [-1, ...x.shape.slice(axis + 1).map(() => 1)]);
    return mul(elementsOf(x, axis, taps, k), along);
  });
  return parts.reduce((sum, part) => add(sum, part));
}

/** The k-th tap of each element of the result; any element where it has fewer. */
function elementsOf(x: Tensor, axis: number, taps: Taps, k: number): Tensor {
  const ids = tensor(taps.map((row) => row[k]?.[0] ?? 0), { dtype: "i32" });
  return take(x, ids, { axis, mode: "clip" });
}

/** The taps as a matrix [out, in]. */
function matrixOf(taps: Taps, side: number, { dtype }: Tensor): Tensor {
  const matrix = new Float64Array(taps.length * side);
  taps.forEach((row, i) => row.forEach(([id, weight]) => matrix[i * side + id]! += weight));
  return tensor(Array.from(matrix), { shape: [taps.length, side], dtype });
}
