import { type Shape, stridesOf } from "../shape.ts";

/** Storage positions offset + Σ iₖ·stridesₖ of every index of `shape`, in row-major order. */
export function positions(shape: Shape, strides: readonly number[], offset = 0): Int32Array {
  let at: Int32Array = Int32Array.of(offset);
  shape.forEach((side, axis) => {
    const next = new Int32Array(at.length * side);
    const stride = strides[axis]!;
    let o = 0;
    for (let i = 0; i < at.length; i++) {
      let position = at[i]!;
      for (let k = 0; k < side; k++, position += stride) next[o++] = position;
    }
    at = next;
  });
  return at;
}

/** The elements at those positions. */
export function pick(
  data: Float64Array,
  shape: Shape,
  strides: readonly number[],
  offset = 0,
): Float64Array {
  const at = positions(shape, strides, offset);
  const result = new Float64Array(at.length);
  for (let i = 0; i < at.length; i++) result[i] = data[at[i]!]!;
  return result;
}

/** The elements of a row-major array with its axes in another order. */
export function permuted(data: Float64Array, shape: Shape, perm: readonly number[]): Float64Array {
  if (perm.every((axis, i) => axis === i)) return data;
  const strides = stridesOf(shape);
  return pick(data, perm.map((axis) => shape[axis]!), perm.map((axis) => strides[axis]!));
}
