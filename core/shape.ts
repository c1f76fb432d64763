import { ShapeError } from "./errors.ts";
import type { DType } from "./dtype.ts";

/** Sides of a tensor; [] is a scalar. */
export type Shape = readonly number[];

/** Abstract value: all that is known of a tensor before it is computed. */
export type Aval = { readonly shape: Shape; readonly dtype: DType };

/** Number of elements. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const side of shape) size *= side;
  return size;
}

/** Row-major strides, in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let i = shape.length - 2; i >= 0; i--) strides[i] = strides[i + 1]! * shape[i + 1]!;
  return strides;
}

/** Whether both shapes have the same sides. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((side, i) => side === b[i]);
}

/** "[2, 3]". */
export function formatShape(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

/** "f32[2, 3]". */
export function formatAval(aval: Aval): string {
  return aval.dtype + formatShape(aval.shape);
}

/** The shape that `a` and `b` broadcast to, as in NumPy. */
export function broadcastShapes(a: Shape, b: Shape, op: string): Shape {
  const rank = Math.max(a.length, b.length);
  const shape: number[] = [];
  for (let i = 0; i < rank; i++) {
    const p = a[a.length - rank + i] ?? 1;
    const q = b[b.length - rank + i] ?? 1;
    if (p !== q && p !== 1 && q !== 1) {
      throw new ShapeError(
        `Cannot ${op} ${formatShape(a)} and ${formatShape(b)}: sizes ${p} and ${q} differ ` +
          `and neither is 1`,
        op,
        [a, b],
      );
    }
    shape.push(p === 1 ? q : p);
  }
  return shape;
}

/** Axes counted from the front, sorted; negative ones count from the end. */
export function normalizeAxes(
  axes: number | readonly number[] | undefined,
  rank: number,
  op: string,
): number[] {
  if (axes === undefined) return Array.from({ length: rank }, (_, i) => i);
  const list = (typeof axes === "number" ? [axes] : axes).map((axis) => {
    return normalizeAxis(axis, rank, op);
  });
  if (new Set(list).size !== list.length) {
    throw new RangeError(`Cannot ${op} over axes [${axes}]: an axis is named twice`);
  }
  return list.sort((a, b) => a - b);
}

/** One axis counted from the front. */
export function normalizeAxis(axis: number, rank: number, op: string): number {
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
    throw new RangeError(
      `Cannot ${op} over axis ${axis}: the operand has ${rank} axes; ` +
        `use ${rank === 0 ? "no axis" : `-${rank} to ${rank - 1}`}`,
    );
  }
  return axis < 0 ? axis + rank : axis;
}

/** Axes of a rank that are not in `axes`, ascending. */
export function otherAxes(rank: number, axes: readonly number[]): number[] {
  return Array.from({ length: rank }, (_, i) => i).filter((i) => !axes.includes(i));
}

/** [0, 1, ... n - 1]. */
export function range(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i);
}
