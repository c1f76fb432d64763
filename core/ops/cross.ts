import { ShapeError } from "../errors.ts";
import { mul } from "../primitives/mul.ts";
import { reshape } from "../primitives/reshape.ts";
import { sub } from "../primitives/sub.ts";
import { formatShape, normalizeAxis, range } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { stack, unstack } from "./stack.ts";

/**
 * Cross products of vectors in space along an axis (default: the last), which broadcast.
 *
 * @throws {ShapeError} if the axis has not three elements
 */
export function cross(x: Tensor, y: Tensor, options: { readonly axis?: number } = {}): Tensor {
  const [a, b] = [x, y].map((v) => {
    const axis = normalizeAxis(options.axis ?? -1, v.shape.length, "cross");
    if (v.shape[axis] === 3) return unstack(v, { axis });
    throw new ShapeError(
      `Cannot cross ${formatShape(v.shape)}: axis ${axis} has ${v.shape[axis]} elements; give ` +
        `one of 3`,
      "cross",
      [v.shape],
    );
  }) as [Tensor[], Tensor[]];
  const part = (i: number): Tensor => {
    const [j, k] = [(i + 1) % 3, (i + 2) % 3];
    return sub(mul(a[j]!, b[k]!), mul(a[k]!, b[j]!));
  };
  return stack(range(3).map(part), { axis: options.axis ?? -1 });
}

/** Kronecker product: every element of `x` times the whole of `y`; missing leading axes have side 1. */
export function kron(x: Tensor, y: Tensor): Tensor {
  const rank = Math.max(x.shape.length, y.shape.length);
  const sides = (v: Tensor): number[] => [
    ...range(rank - v.shape.length).map(() => 1),
    ...v.shape,
  ];
  const [a, b] = [sides(x), sides(y)];
  const wide = reshape(x, a.flatMap((side) => [side, 1]));
  const fine = reshape(y, b.flatMap((side) => [1, side]));
  return reshape(mul(wide, fine), a.map((side, i) => side * b[i]!));
}
