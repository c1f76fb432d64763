import { ShapeError } from "../errors.ts";
import { promoteTypes } from "../dtype.ts";
import { convGeneral } from "../primitives/conv_general.ts";
import { convert } from "../primitives/convert.ts";
import { reshape } from "../primitives/reshape.ts";
import { flip } from "../primitives/rev.ts";
import { formatShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { floatDtype } from "./_precision.ts";

/** How much of a convolution to return. */
export type ConvolveOptions = {
  /**
   * "full" (default): wherever the vectors overlap; "same": as many elements as the longer has, from
   * the middle; "valid": where they overlap wholly.
   */
  readonly mode?: "full" | "same" | "valid";
};

/**
 * Convolution of vectors: z[n] = Σₘ x[m] y[n - m].
 *
 * @param x [N]
 * @param y [M]
 * @throws {ShapeError} if one is no vector or empty
 */
export function convolve(x: Tensor, y: Tensor, options: ConvolveOptions = {}): Tensor {
  const [long, short] = x.shape[0]! >= y.shape[0]! ? [x, y] : [y, x];
  return slide(long, flip(short), options.mode ?? "full");
}

/**
 * Correlation of vectors: z[n] = Σₘ x[n + m] y[m], from the first overlap on; "valid" is the default.
 *
 * @throws {ShapeError} if one is no vector or empty
 */
export function correlate(x: Tensor, y: Tensor, options: ConvolveOptions = {}): Tensor {
  const mode = options.mode ?? "valid";
  if (x.shape[0]! >= y.shape[0]!) return slide(x, y, mode);
  return flip(slide(y, x, mode));
}

function slide(long: Tensor, short: Tensor, mode: "full" | "same" | "valid"): Tensor {
  const n = short.shape[0];
  if (long.shape.length !== 1 || short.shape.length !== 1 || n === 0) {
    throw new ShapeError(
      `Cannot convolve ${formatShape(long.shape)} and ${formatShape(short.shape)}: both have to ` +
        `be vectors with elements; use convGeneral for more axes`,
      "convolve",
      [long.shape, short.shape],
    );
  }
  const low = mode === "full" ? n! - 1 : mode === "valid" ? 0 : Math.floor(n! / 2);
  const high = mode === "full" ? n! - 1 : mode === "valid" ? 0 : n! - 1 - low;
  const dtype = floatDtype(promoteTypes(long.dtype, short.dtype));
  const row = (v: Tensor): Tensor => reshape(convert(v, dtype), [1, 1, -1]);
  return reshape(convGeneral(row(long), row(short), { padding: [[low, high]] }), [-1]);
}
