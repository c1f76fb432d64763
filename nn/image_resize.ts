import { type Shape, ShapeError, type Tensor } from "../core/mod.ts";
import { formatShape } from "../core/internal.ts";
import { resample, type Taps } from "./_resample.ts";
import {
  cubicFilter,
  lanczosFilter,
  LINEAR,
  nearestTaps,
  normalizedTaps,
  type Resizing,
} from "./_taps.ts";
import { inWide } from "./_wide.ts";

/** Ways to resize an image, by JAX's names. */
export type ResizeMethod = "nearest" | "linear" | "cubic" | "lanczos3" | "lanczos5";

/** Options of `imageResize`. */
export type ImageResizeOptions = {
  /** Default "linear". */
  readonly method?: ResizeMethod;
  /** Whether the filter is widened where the result is smaller. Default true. */
  readonly antialias?: boolean;
};

const FILTERS = {
  linear: LINEAR,
  cubic: cubicFilter(-0.5),
  lanczos3: lanczosFilter(3),
  lanczos5: lanczosFilter(5),
};

/**
 * Resizes any axes as jax.image.resize: elements are squares whose outer edges coincide, "cubic" has
 * a = -0.5, shrinking filters out what the result cannot show, and at the edges the weights of
 * elements that do not exist go to the others.
 *
 * @param x any shape
 * @param shape the new one, as many axes; unchanged ones cost nothing
 * @param options `method`, `antialias`
 * @returns [...shape], dtype of `x`
 * @throws {ShapeError} if the shapes have different numbers of axes, or an axis is or gets empty
 * @example Half as large
 * ```ts
 * import "../mod.ts";
 * import { tensor } from "../core/mod.ts";
 * import { imageResize } from "./mod.ts";
 * const y = imageResize(tensor([[1, 1], [3, 3]]), [1, 1]);
 * if (await y.item() !== 2) throw new Error("unexpected");
 * ```
 */
export function imageResize(x: Tensor, shape: Shape, options: ImageResizeOptions = {}): Tensor {
  const { method = "linear" } = options;
  const changed = shape.map((out, i) => out !== x.shape[i]);
  if (
    shape.length !== x.shape.length ||
    changed.some((yes, i) => yes && !(x.shape[i]! * shape[i]! > 0))
  ) {
    throw new ShapeError(
      `Cannot resize ${formatShape(x.shape)} to ${formatShape(shape)}: as many axes are needed, ` +
        `and elements in those that change`,
      "imageResize",
      [x.shape, shape],
    );
  }
  const resized = (wide: Tensor): Tensor =>
    shape.reduceRight((y, out, axis) => {
      const side = x.shape[axis]!;
      if (side === out) return y;
      return resample(y, axis, tapsOf({ side, out, scale: side / out }, options));
    }, wide);
  return method === "nearest" ? resized(x) : inWide(x, resized);
}

function tapsOf(
  resizing: Resizing,
  { method = "linear", antialias = true }: ImageResizeOptions,
): Taps {
  if (method !== "nearest") return normalizedTaps(resizing, FILTERS[method], antialias);
  return nearestTaps(resizing, (i) => (i + 0.5) * resizing.scale);
}
