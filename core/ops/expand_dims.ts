import { reshape } from "../primitives/reshape.ts";
import { ShapeError } from "../errors.ts";
import { formatShape, normalizeAxes } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/** `x` with axes of side 1 inserted: `axis` counts in the result, as in NumPy. */
export function expandDims(x: Tensor, axis: number | readonly number[]): Tensor {
  const count = typeof axis === "number" ? 1 : axis.length;
  const axes = normalizeAxes(axis, x.shape.length + count, "expandDims");
  const shape: number[] = x.shape.slice();
  for (const place of axes) shape.splice(place, 0, 1);
  return reshape(x, shape);
}

/** `x` without the axes of side 1 in `options.axes` (default: all of them). */
export function squeeze(
  x: Tensor,
  options: { readonly axes?: number | readonly number[] } = {},
): Tensor {
  const ones = x.shape.flatMap((side, i) => side === 1 ? [i] : []);
  const axes = options.axes === undefined
    ? ones
    : normalizeAxes(options.axes, x.shape.length, "squeeze");
  const wide = axes.find((axis) => x.shape[axis] !== 1);
  if (wide !== undefined) {
    throw new ShapeError(
      `Cannot squeeze axis ${wide} of ${formatShape(x.shape)}: its side is ${x.shape[wide]}; ` +
        `only axes of side 1 can go`,
      "squeeze",
      [x.shape],
    );
  }
  return reshape(x, x.shape.filter((_, i) => !axes.includes(i)));
}
