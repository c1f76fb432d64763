import { bind } from "../bind.ts";
import { ShapeError } from "../errors.ts";
import { formatShape, normalizeAxis, stridesOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { add } from "./add.ts";
import { pick } from "./_positions.ts";
import { padZeros, sliceAxis } from "./slice_pad.ts";
import { defineStructural, type StructuralPrimitive } from "./_structural.ts";
import { reshape } from "./reshape.ts";

/** Windows of `size` elements, `dilation` apart, that start every `stride` elements of `axis`. */
export type WindowsParams = {
  readonly axis: number;
  readonly size: number;
  readonly stride: number;
  readonly dilation: number;
};

/**
 * y[..., k, p, ...] = x[..., p·stride + k·dilation, ...]: the axis becomes two, the element of the
 * window and the place of the window. What convolutions and pooling read.
 */
export const windowsP: StructuralPrimitive<WindowsParams> = defineStructural<WindowsParams>(
  "windows",
  {
    infer: ({ shape }, { axis, size, stride, dilation }) => {
      const room = shape[axis]! - ((size - 1) * dilation + 1);
      if (![size, stride, dilation].every((n) => Number.isInteger(n) && n >= 1)) {
        throw new ShapeError(
          `Cannot take windows of ${formatShape(shape)}: size ${size}, stride ${stride} and ` +
            `dilation ${dilation} have to be whole numbers from 1 up`,
          "windows",
          [shape],
        );
      }
      const places = room < 0 ? 0 : Math.floor(room / stride) + 1;
      return [...shape.slice(0, axis), size, places, ...shape.slice(axis + 1)];
    },
    evaluate: (x, { axis, stride, dilation }, out) => {
      const strides = stridesOf(x.shape);
      const [step] = strides.splice(axis, 1);
      strides.splice(axis, 0, step! * dilation, step! * stride);
      return pick(x.data, out.shape, strides);
    },
    transpose: (ct, x, { axis, size, stride, dilation }) => {
      const places = ct.shape[axis + 1]!;
      const each = (value: number): number[] => x.shape.map((_, i) => i === axis ? value : 0);
      const covered = places === 0 ? 0 : (places - 1) * stride + 1;
      let sum: Tensor | null = null;
      for (let k = 0; k < size; k++) {
        const tap = sliceAxis(ct, { axis, start: k, stop: k + 1 });
        const flat = reshape(tap, tap.shape.filter((_, i) => i !== axis));
        const low = k * dilation;
        const placed = padZeros(flat, {
          low: each(low),
          high: each(x.shape[axis]! - low - covered),
          interior: each(stride - 1),
        });
        sum = sum ? add(sum, placed) : placed;
      }
      return sum!;
    },
    batch: (params) => ({ ...params, axis: params.axis + 1 }),
  },
);

/**
 * The windows of `size` elements along an axis: y[..., k, p, ...] = x[..., p·stride + k·dilation,
 * ...]. Nothing is copied by itself: who reads y reads x.
 *
 * @param x [..., S, ...]
 * @param options `axis` (default: the last), `size`, `stride` and `dilation` (default 1)
 * @returns [..., size, P, ...] with P = floor((S - (size - 1)·dilation - 1) / stride) + 1
 * @throws {ShapeError} if a number is not a whole one from 1 up
 * @example
 * ```ts
 * import { tensor, windows } from "../mod.ts";
 *
 * const pairs = windows(tensor([1, 2, 3, 4]), { size: 2 }); // [[1, 2, 3], [2, 3, 4]]
 * if (pairs.shape.join() !== "2,3") throw new Error("unexpected shape");
 * ```
 */
export function windows(
  x: Tensor,
  options: {
    readonly axis?: number;
    readonly size: number;
    readonly stride?: number;
    readonly dilation?: number;
  },
): Tensor {
  const { size, stride = 1, dilation = 1 } = options;
  const axis = normalizeAxis(options.axis ?? -1, x.shape.length, "windows");
  return bind(windowsP, [x], { axis, size, stride, dilation })[0];
}
