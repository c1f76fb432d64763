import { broadcastTo } from "../primitives/_binary.ts";
import { concatenate } from "../primitives/concatenate.ts";
import { reshape } from "../primitives/reshape.ts";
import { broadcastShapes, range, type Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/** `x` as one vector, in row-major order. */
export function ravel(x: Tensor): Tensor {
  return reshape(x, [-1]);
}

/** `x`, a scalar with one axis. */
export function atLeast1d(x: Tensor): Tensor {
  return x.shape.length === 0 ? reshape(x, [1]) : x;
}

/** `x`, with axes of side 1 in front until there are two. */
export function atLeast2d(x: Tensor): Tensor {
  return x.shape.length >= 2 ? x : reshape(x, [1, ...atLeast1d(x).shape]);
}

/** `x` with three axes or more: a vector [N] becomes [1, N, 1], a matrix [M, N] [M, N, 1]. */
export function atLeast3d(x: Tensor): Tensor {
  return x.shape.length >= 3 ? x : reshape(x, [...atLeast2d(x).shape, 1]);
}

/** Tensors repeated to the one shape that they broadcast to. */
export function broadcastArrays(xs: readonly Tensor[]): Tensor[] {
  const shape = xs.reduce<Shape>((all, x) => broadcastShapes(all, x.shape, "broadcastArrays"), []);
  return xs.map((x) => broadcastTo(x, shape));
}

/** Tensors side by side: along the second axis, vectors along their only one. */
export function hstack(xs: readonly Tensor[]): Tensor {
  const wide = xs.map(atLeast1d);
  return concatenate(wide, { axis: wide[0]?.shape.length === 1 ? 0 : 1 });
}

/** Tensors below one another: along the first axis, vectors as rows. */
export function vstack(xs: readonly Tensor[]): Tensor {
  return concatenate(xs.map(atLeast2d), { axis: 0 });
}

/** Tensors behind one another: along the third axis. */
export function dstack(xs: readonly Tensor[]): Tensor {
  return concatenate(xs.map(atLeast3d), { axis: 2 });
}

/** Vectors as the columns of a matrix, beside the columns of matrices. */
export function columnStack(xs: readonly Tensor[]): Tensor {
  const columns = xs.map((x) => x.shape.length > 1 ? x : reshape(x, [-1, 1]));
  return concatenate(columns, { axis: 1 });
}

/** One tensor from nested lists of them: the innermost are joined along the last axis, and so on out. */
export function block(parts: Tensor | Blocks): Tensor {
  const depthOf = (part: Tensor | Blocks): number =>
    Array.isArray(part) ? 1 + depthOf((part as Blocks)[0]!) : 0;
  const depth = depthOf(parts);
  const rankOf = (part: Tensor | Blocks): number =>
    Array.isArray(part) ? Math.max(...(part as Blocks).map(rankOf)) : (part as Tensor).shape.length;
  const rank = Math.max(depth, rankOf(parts));
  const join = (part: Tensor | Blocks, level: number): Tensor => {
    if (!Array.isArray(part)) {
      const { shape } = part as Tensor;
      return reshape(part as Tensor, [...range(rank - shape.length).map(() => 1), ...shape]);
    }
    const joined = (part as Blocks).map((each) => join(each, level - 1));
    return concatenate(joined, { axis: rank - level });
  };
  return join(parts, depth);
}

/** Tensors in nested lists. */
export type Blocks = readonly (Tensor | Blocks)[];
