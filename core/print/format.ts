import type { TypedArray } from "../tensor.ts";
import { type Aval, formatAval, range, type Shape, sizeOf, stridesOf } from "../shape.ts";
import { type NumberFormat, numberWriter } from "./numbers.ts";

/** How an array is written. */
export type ArrayFormat = NumberFormat & {
  /** Elements above which only the edges are written. Default 1000. */
  readonly threshold?: number;
  /** Elements at each end of a side that is cut. Default 3. */
  readonly edge?: number;
};

/** Marks the elements that are left out. */
const GAP = -1;

/** An array in nested brackets, as NumPy writes it; of large ones the edges only. */
export function formatArray(
  data: TypedArray,
  { shape, dtype }: Aval,
  format: ArrayFormat = {},
): string {
  const { threshold = 1000, edge = 3 } = format;
  if (shape.includes(0)) return "[]";
  const cuts = sizeOf(shape) > threshold;
  const kept = shape.map((side) =>
    cuts && side > 2 * edge
      ? [...range(edge), GAP, ...range(edge).map((i) => side - edge + i)]
      : range(side)
  );
  const strides = stridesOf(shape);
  const shown: number[] = [];
  visit(kept, strides, (at) => void shown.push(data[at]!));
  const write = numberWriter(shown, dtype, format);
  return brackets(kept, strides, 0, 0, (at) => write(data[at]!));
}

/** Shape, dtype and place in one line: "f32[2, 3] on cpu". */
export function formatHeader(aval: Aval, device: string | null): string {
  return device === null ? formatAval(aval) : `${formatAval(aval)} on ${device}`;
}

function visit(kept: readonly number[][], strides: Shape, see: (at: number) => void, at = 0): void {
  const [own, ...inner] = kept;
  if (!own) return see(at);
  for (const i of own) if (i !== GAP) visit(inner, strides.slice(1), see, at + i * strides[0]!);
}

function brackets(
  kept: readonly number[][],
  strides: Shape,
  axis: number,
  at: number,
  write: (at: number) => string,
): string {
  const own = kept[axis];
  if (!own) return write(at);
  const parts = own.map((i) =>
    i === GAP ? "..." : brackets(kept, strides, axis + 1, at + i * strides[axis]!, write)
  );
  const depth = kept.length - axis - 1;
  const separator = depth === 0 ? ", " : "," + "\n".repeat(depth) + " ".repeat(axis + 1);
  return `[${parts.join(separator)}]`;
}
