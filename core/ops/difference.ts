import type { Operand } from "../primitives/_binary.ts";
import { add } from "../primitives/add.ts";
import { concatenate } from "../primitives/concatenate.ts";
import { div } from "../primitives/div.ts";
import { mul } from "../primitives/mul.ts";
import { sliceAxis } from "../primitives/slice_pad.ts";
import { sub } from "../primitives/sub.ts";
import { ShapeError } from "../errors.ts";
import { formatShape, normalizeAxis, range } from "../shape.ts";
import { moveAxis } from "../primitives/transpose.ts";
import type { Tensor } from "../tensor.ts";
import { sum } from "./sum.ts";

/** Options of `diff`: how often (1 by default), and along which axis, the last by default. */
export type DiffOptions = { readonly n?: number; readonly axis?: number };

/** Differences of neighbours along an axis, x[i + 1] - x[i]; `n` times over. */
export function diff(x: Tensor, options: DiffOptions = {}): Tensor {
  const axis = normalizeAxis(options.axis ?? -1, x.shape.length, "diff");
  return range(options.n ?? 1).reduce((y: Tensor) => {
    const side = y.shape[axis]!;
    const cut = (start: number, stop: number): Tensor =>
      sliceAxis(y, { axis, start: Math.min(start, side), stop: Math.max(0, stop) });
    return sub(cut(1, side), cut(0, side - 1));
  }, x);
}

/** Options of `gradient`: the distance of neighbours, 1 by default, and the axis, by default the last. */
export type GradientOptions = { readonly spacing?: number; readonly axis?: number };

/**
 * Slopes along an axis by central differences, and by one-sided ones at the ends.
 *
 * @throws {ShapeError} if the axis has fewer than two elements
 */
export function gradient(x: Tensor, options: GradientOptions = {}): Tensor {
  const { spacing = 1 } = options;
  const axis = normalizeAxis(options.axis ?? -1, x.shape.length, "gradient");
  const side = x.shape[axis]!;
  if (side < 2) {
    throw new ShapeError(
      `Cannot take the gradient of ${formatShape(x.shape)}: axis ${axis} has fewer than two ` +
        `elements; give another axis`,
      "gradient",
      [x.shape],
    );
  }
  const cut = (start: number, stop: number): Tensor => sliceAxis(x, { axis, start, stop });
  const slope = (from: Tensor, to: Tensor, steps: number): Tensor =>
    div(sub(to, from), steps * spacing);
  return concatenate([
    slope(cut(0, 1), cut(1, 2), 1),
    slope(cut(0, side - 2), cut(2, side), 2),
    slope(cut(side - 2, side - 1), cut(side - 1, side), 1),
  ], { axis });
}

/** Options of `trapezoid`: the places of the values, or the distance of neighbours, 1 by default. */
export type TrapezoidOptions = {
  readonly x?: Tensor;
  readonly dx?: Operand;
  readonly axis?: number;
};

/** Integral along an axis (default: the last) by the trapezoidal rule: Σ (y[i] + y[i + 1]) / 2 · dx. */
export function trapezoid(y: Tensor, options: TrapezoidOptions = {}): Tensor {
  const values = moveAxis(y, options.axis ?? -1, -1);
  const axis = values.shape.length - 1;
  const side = values.shape[axis]!;
  const cut = (start: number, stop: number): Tensor => sliceAxis(values, { axis, start, stop });
  const widths = options.x ? diff(options.x) : options.dx ?? 1;
  const heights = mul(0.5, add(cut(Math.min(1, side), side), cut(0, Math.max(0, side - 1))));
  return sum(mul(heights, widths), { axes: -1 });
}
