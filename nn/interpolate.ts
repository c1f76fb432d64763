import { ShapeError, type Tensor } from "../core/mod.ts";
import { formatShape } from "../core/internal.ts";
import { resample, type Taps } from "./_resample.ts";
import { eachAxis } from "./_spatial.ts";
import type { PerAxis } from "./per_axis.ts";
import {
  binTaps,
  centre,
  clampedTaps,
  cubicFilter,
  LINEAR,
  nearestTaps,
  normalizedTaps,
  type Resizing,
} from "./_taps.ts";
import { inWide } from "./_wide.ts";

/** Ways to interpolate, by PyTorch's names; the three linear ones are the same for any axes. */
export type InterpolateMode =
  | "nearest"
  | "nearest-exact"
  | "linear"
  | "bilinear"
  | "trilinear"
  | "bicubic"
  | "area";

/** Options of `interpolate`: one of `size` and `scale`; a number stands for every spatial axis. */
export type InterpolateOptions = {
  /** Sides of the result. */
  readonly size?: PerAxis;
  /** Factor of the sides, which are rounded down. */
  readonly scale?: PerAxis;
  /** Default "nearest". */
  readonly mode?: InterpolateMode;
  /** Whether the centres of the corners coincide, not their outer edges. Default false. */
  readonly alignCorners?: boolean;
  /** Whether a linear or cubic filter is widened where the result is smaller. Default false. */
  readonly antialias?: boolean;
};

/**
 * Resizes the spatial axes as PyTorch's interpolate.
 *
 * "nearest" takes the element at ⌊i · side / out⌋, "nearest-exact" the one whose centre is nearest;
 * the linear modes weigh the two elements around on each axis, "bicubic" four with a = -0.75 (with
 * `antialias` a = -0.5), the edge continued outside; "area" is the mean of the elements covered.
 * It goes axis by axis: a gather for each element that counts, or a small matrix product where these
 * are many.
 *
 * @param x [B, C, ...S]
 * @param options `size` or `scale`; `mode`, `alignCorners`, `antialias`
 * @returns [B, C, ...size], dtype of `x`
 * @throws {ShapeError} if there are no spatial axes, or not one number for each
 * @throws {RangeError} if `size` and `scale` are both there or both missing, a side is no positive
 * integer, or the mode has no such option
 * @see Keys 1981, "Cubic convolution interpolation for digital image processing"
 * @example Twice as long
 * ```ts
 * import "../mod.ts";
 * import { tensor } from "../core/mod.ts";
 * import { interpolate } from "./mod.ts";
 * const y = interpolate(tensor([[[0, 4]]]), { scale: 2, mode: "linear" });
 * if ((await y.data()).join() !== "0,1,3,4") throw new Error("unexpected");
 * ```
 */
export function interpolate(x: Tensor, options: InterpolateOptions): Tensor {
  const { mode = "nearest", size, scale } = options;
  const rank = x.shape.length - 2;
  if (rank < 1) refuse(x, "[B, C, ...] is needed; add axes");
  requireOptions(options);
  const factors = scale === undefined ? undefined : eachAxis(scale, rank);
  const sides = size === undefined
    ? factors!.map((factor, i) => Math.floor(x.shape[i + 2]! * factor))
    : eachAxis(size, rank);
  if (sides.length !== rank) refuse(x, `[${sides}] is not one number for each of ${rank} axes`);
  if (!sides.every((side) => Number.isInteger(side) && side >= 1)) {
    const shape = formatShape(x.shape);
    throw new RangeError(
      `Cannot interpolate ${shape} to sides [${sides}]: they must be positive integers`,
    );
  }
  const resized = (wide: Tensor): Tensor =>
    sides.reduceRight((y, out, i) => {
      const side = x.shape[i + 2]!;
      const ratio = factors ? 1 / factors[i]! : side / out;
      if (side === out && ratio === 1) return y;
      return resample(y, i + 2, tapsOf(mode, { side, out, scale: ratio }, options));
    }, wide);
  return mode.startsWith("nearest") ? resized(x) : inWide(x, resized);
}

function tapsOf(
  mode: InterpolateMode,
  resizing: Resizing,
  { alignCorners = false, antialias = false }: InterpolateOptions,
): Taps {
  const { side, out, scale } = resizing;
  // The reference computes these places in float32, and so decides what is an integer.
  const single = Math.fround(scale);
  if (mode === "nearest") return nearestTaps(resizing, (i) => Math.fround(i * single));
  if (mode === "nearest-exact") {
    return nearestTaps(resizing, (i) => Math.fround((i + 0.5) * single));
  }
  if (mode === "area") return binTaps(resizing);
  const corners = out > 1 ? (side - 1) / (out - 1) : 0;
  const cubic = mode === "bicubic";
  if (antialias) {
    const filter = cubic ? cubicFilter(-0.5) : LINEAR;
    return normalizedTaps({ side, out, scale: alignCorners ? corners : scale }, filter, true);
  }
  const at = (i: number): number => alignCorners ? i * corners : centre(i, scale);
  return cubic
    ? clampedTaps(resizing, cubicFilter(-0.75), at)
    : clampedTaps(resizing, LINEAR, (i) => Math.max(0, at(i)));
}

function requireOptions({ size, scale, mode = "nearest", ...rest }: InterpolateOptions): void {
  const smooth = mode.endsWith("linear") || mode === "bicubic";
  const why = (size === undefined) === (scale === undefined)
    ? "one of size and scale is needed"
    : !smooth && rest.alignCorners
    ? `alignCorners has no meaning for mode "${mode}"; leave it out`
    : !smooth && rest.antialias
    ? `antialias has no meaning for mode "${mode}"; leave it out`
    : null;
  if (why) throw new RangeError(`Cannot interpolate: ${why}`);
}

function refuse(x: Tensor, why: string): never {
  throw new ShapeError(`Cannot interpolate ${formatShape(x.shape)}: ${why}`, "interpolate", [
    x.shape,
  ]);
}
