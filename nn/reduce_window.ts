import { ShapeError, type Tensor } from "../core/mod.ts";
import { formatShape, range } from "../core/internal.ts";
import { eachAxis, samePadding } from "./_spatial.ts";
import type { PerAxis } from "./per_axis.ts";
import { inWide } from "./_wide.ts";
import { reduceTaps, reduceWindows, surround, UNROLLED } from "./_windows.ts";

/** What a window becomes. */
export type WindowKind = "max" | "min" | "sum";

/** Options of `reduceWindow`; a number stands for every axis of `x`, batch and channels included. */
export type ReduceWindowOptions = {
  /** What a window becomes. */
  readonly kind: WindowKind;
  /** Sides of the window. */
  readonly window: PerAxis;
  /** Distance of neighbouring windows. Default 1. */
  readonly stride?: PerAxis;
  /**
   * What is added before and after each axis, negative to cut; "same" for side / stride windows,
   * rounded up. It counts as nothing: -∞ of a maximum, 0 of a sum. Default "valid", which is none.
   */
  readonly padding?: "valid" | "same" | readonly (readonly [low: number, high: number])[];
  /** Distance of the elements of `x`, the gaps counting as nothing. Default 1. */
  readonly baseDilation?: PerAxis;
  /** Distance of the elements of a window. Default 1. */
  readonly windowDilation?: PerAxis;
};

/**
 * Maximum, minimum or sum of the windows of an array: what pooling is made of, as
 * jax.lax.reduce_window. The derivative of an extremum goes to the first element that has it.
 *
 * @param x any shape
 * @param options `kind` and `window`; `stride`, `padding`, `baseDilation`, `windowDilation`
 * @returns one element a window, dtype of `x`
 * @throws {ShapeError} if an option does not have one entry an axis
 * @example Sums of neighbours
 * ```ts
 * import "../mod.ts";
 * import { tensor } from "../core/mod.ts";
 * import { reduceWindow } from "./mod.ts";
 * const y = reduceWindow(tensor([1, 2, 3]), { kind: "sum", window: 2 });
 * if ((await y.data()).join() !== "3,5") throw new Error("unexpected");
 * ```
 */
export function reduceWindow(x: Tensor, options: ReduceWindowOptions): Tensor {
  const { kind, padding = "valid" } = options;
  const rank = x.shape.length;
  const each = (value: PerAxis | undefined): readonly number[] => {
    const list = eachAxis(value ?? 1, rank);
    if (list.length !== rank) refuse(x, `${list.length} numbers do not fit its ${rank} axes`);
    return list;
  };
  const [sizes, strides] = [each(options.window), each(options.stride)];
  const [base, dilation] = [each(options.baseDilation), each(options.windowDilation)];
  const sides = x.shape.map((side, i) => side === 0 ? 0 : (side - 1) * base[i]! + 1);
  const around = padding === "same"
    ? sides.map((side, i) => samePadding(side, sizes[i]!, strides[i]!, dilation[i]!))
    : padding === "valid"
    ? sides.map(() => [0, 0] as const)
    : padding;
  if (around.length !== rank) refuse(x, `${around.length} paddings do not fit its ${rank} axes`);
  const elements = sizes.reduce((product, size) => product * size, 1);
  const reduceAlong = elements <= UNROLLED ? reduceTaps : reduceWindows;
  // Axis by axis, the last first: fewer reads than all at once, and of equal elements the first in
  // row-major order is still the one that is found.
  const reduced = (wide: Tensor): Tensor =>
    range(rank).reverse().reduce((y, axis) => {
      const [low, high] = around[axis]!;
      const padded = surround(y, kind, { axis, low, high, interior: base[axis]! - 1 });
      const window = {
        axis,
        size: sizes[axis]!,
        stride: strides[axis]!,
        dilation: dilation[axis]!,
      };
      const none = window.size === 1 && window.stride === 1;
      return none ? padded : reduceAlong(padded, kind, window);
    }, wide);
  return kind === "sum" ? inWide(x, reduced) : reduced(x);
}

function refuse(x: Tensor, why: string): never {
  throw new ShapeError(
    `Cannot reduce the windows of ${formatShape(x.shape)}: ${why}; give one for each axis`,
    "reduceWindow",
    [x.shape],
  );
}
