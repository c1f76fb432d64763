import { bind } from "../bind.ts";
import { ShapeError } from "../errors.ts";
import { formatShape, type Shape, sizeOf, stridesOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { pick, positions } from "./_positions.ts";
import { defineStructural, type StructuralPrimitive } from "./_structural.ts";

/** Cutting and padding with zeros are each other's transpose, so they share a file. */

/** Bounds and step of each axis: 0 <= start <= stop <= side, step >= 1. */
export type SliceParams = {
  readonly start: readonly number[];
  readonly stop: readonly number[];
  readonly step: readonly number[];
};

/** Zeros before, after and between the elements of each axis; negative `low` and `high` crop. */
export type PadParams = {
  readonly low: readonly number[];
  readonly high: readonly number[];
  readonly interior: readonly number[];
};

/** y[i] = x[start + i·step] for start + i·step < stop, in each axis; steps are positive. */
export const sliceP: StructuralPrimitive<SliceParams> = defineStructural<SliceParams>("slice", {
  infer: (x, { start, stop, step }) => {
    const fits = start.length === x.shape.length && stop.length === x.shape.length &&
      x.shape.every((side, i) =>
        0 <= start[i]! && start[i]! <= stop[i]! && stop[i]! <= side && step[i]! >= 1
      );
    if (!fits) {
      throw new ShapeError(
        `Cannot slice ${formatShape(x.shape)} from [${start}] to [${stop}] by [${step}]: ` +
          `each axis needs 0 <= start <= stop <= side and step >= 1`,
        "slice",
        [x.shape],
      );
    }
    return start.map((from, i) => Math.ceil((stop[i]! - from) / step[i]!));
  },
  evaluate: (x, { start, step }, out) => {
    const strides = stridesOf(x.shape);
    const offset = start.reduce((sum, from, i) => sum + from * strides[i]!, 0);
    return pick(x.data, out.shape, strides.map((stride, i) => stride * step[i]!), offset);
  },
  transpose: (ct, x, { start, step }) => {
    const high = x.shape.map((side, i) => {
      const count = ct.shape[i]!;
      return side - start[i]! - (count === 0 ? 0 : (count - 1) * step[i]! + 1);
    });
    return padZeros(ct, { low: start, high, interior: step.map((s) => s - 1) });
  },
  batch: ({ start, stop, step }, size) => ({
    start: [0, ...start],
    stop: [size, ...stop],
    step: [1, ...step],
  }),
});

/** y[low + i·(interior + 1)] = x[i], zero elsewhere, in each axis. */
export const padP: StructuralPrimitive<PadParams> = defineStructural<PadParams>("pad", {
  infer: (x, { low, high, interior }) => {
    const shape = x.shape.map((side, i) =>
      low[i]! + high[i]! + side + Math.max(0, side - 1) * interior[i]!
    );
    const rank = x.shape.length;
    const fits = [low, high, interior].every((p) => p.length === rank) &&
      shape.every((side, i) => side >= 0 && interior[i]! >= 0);
    if (!fits) {
      throw new ShapeError(
        `Cannot pad ${formatShape(x.shape)} by low [${low}], high [${high}], interior ` +
          `[${interior}]: each axis needs three numbers that leave a side of at least 0`,
        "pad",
        [x.shape],
      );
    }
    return shape;
  },
  evaluate: (x, { low, interior }, out) => {
    const result = new Float64Array(sizeOf(out.shape));
    const { first, count } = visible(x.shape, out.shape, low, interior);
    const from = stridesOf(x.shape);
    const to = stridesOf(out.shape);
    const steps = to.map((stride, i) => stride * (interior[i]! + 1));
    const sum = (strides: readonly number[]): number =>
      strides.reduce((total, stride, i) => total + stride * first[i]!, 0);
    const start = low.reduce((total, l, i) => total + l * to[i]!, sum(steps));
    const source = positions(count, from, sum(from));
    const target = positions(count, steps, start);
    for (let i = 0; i < source.length; i++) result[target[i]!] = x.data[source[i]!]!;
    return result;
  },
  transpose: (ct, x, { low, high, interior }) => {
    const inside = padZeros(ct, {
      low: low.map((l) => Math.max(0, -l)),
      high: high.map((h) => Math.max(0, -h)),
      interior: low.map(() => 0),
    });
    const start = low.map((l) => Math.max(0, l));
    const step = interior.map((between) => between + 1);
    const stop = x.shape.map((side, i) =>
      Math.min(inside.shape[i]!, start[i]! + (side === 0 ? 0 : (side - 1) * step[i]! + 1))
    );
    return sliceBy(inside, { start, stop, step });
  },
  batch: ({ low, high, interior }) => ({
    low: [0, ...low],
    high: [0, ...high],
    interior: [0, ...interior],
  }),
});

/** The part of an axis that a crop leaves: index of its first element, and how many. */
function visible(
  from: Shape,
  to: Shape,
  low: readonly number[],
  interior: readonly number[],
): { first: number[]; count: number[] } {
  const first = low.map((l, i) => Math.max(0, Math.ceil(-l / (interior[i]! + 1))));
  const count = from.map((side, i) => {
    const last = Math.floor((to[i]! - 1 - low[i]!) / (interior[i]! + 1));
    return Math.max(0, Math.min(side - 1, last) - first[i]! + 1);
  });
  return { first, count };
}

/** The slice with its parameters spelt out; `x` itself if it is the whole. */
export function sliceBy(x: Tensor, params: SliceParams): Tensor {
  const whole = x.shape.every((side, i) =>
    params.start[i] === 0 && params.stop[i] === side && params.step[i] === 1
  );
  return whole ? x : bind(sliceP, [x], params)[0];
}

/** `x` padded with zeros; `x` itself if there is nothing to do. */
export function padZeros(x: Tensor, params: PadParams): Tensor {
  const nothing = [params.low, params.high, params.interior].every((p) => p.every((n) => n === 0));
  return nothing ? x : bind(padP, [x], params)[0];
}

/**
 * Part of `x`: per axis the elements start, start + step, ... below stop, as in Python: negative
 * bounds count from the end and bounds beyond the end are cut.
 *
 * @param x any shape
 * @param options per axis, axes left out are whole; `step` is positive (`flip` reverses)
 * @throws {ShapeError} if a list is longer than the rank, or a step is not positive
 */
export function slice(
  x: Tensor,
  options: {
    readonly start?: readonly number[];
    readonly stop?: readonly number[];
    readonly step?: readonly number[];
  },
): Tensor {
  const rank = x.shape.length;
  for (const list of [options.start, options.stop, options.step]) {
    if (!list || list.length <= rank) continue;
    throw new ShapeError(
      `Cannot slice ${formatShape(x.shape)} by [${list}]: it has only ${rank} axes`,
      "slice",
      [x.shape],
    );
  }
  const bound = (value: number | undefined, side: number, fallback: number): number =>
    value === undefined ? fallback : Math.min(side, Math.max(0, value < 0 ? value + side : value));
  const start = x.shape.map((side, i) => bound(options.start?.[i], side, 0));
  const stop = x.shape.map((side, i) => Math.max(start[i]!, bound(options.stop?.[i], side, side)));
  return sliceBy(x, { start, stop, step: x.shape.map((_, i) => options.step?.[i] ?? 1) });
}

/** Elements `start` to `stop` of one axis. */
export function sliceAxis(
  x: Tensor,
  options: { readonly axis: number; readonly start: number; readonly stop: number },
): Tensor {
  return sliceBy(x, {
    start: x.shape.map((_, i) => i === options.axis ? options.start : 0),
    stop: x.shape.map((side, i) => i === options.axis ? options.stop : side),
    step: x.shape.map(() => 1),
  });
}
