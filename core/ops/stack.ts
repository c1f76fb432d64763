import { ShapeError } from "../errors.ts";
import { concatenate } from "../primitives/concatenate.ts";
import { sliceAxis } from "../primitives/slice_pad.ts";
import { formatShape, normalizeAxis, range } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { reshape } from "../primitives/reshape.ts";
import { expandDims } from "./expand_dims.ts";

/** Tensors of one shape side by side along a new axis (default: the first). */
export function stack(xs: readonly Tensor[], options: { readonly axis?: number } = {}): Tensor {
  const rank = xs[0]?.shape.length ?? 0;
  const axis = normalizeAxis(options.axis ?? 0, rank + 1, "stack");
  return concatenate(xs.map((x) => expandDims(x, axis)), { axis });
}

/** The slices of `x` along an axis (default: the first), without that axis. */
export function unstack(x: Tensor, options: { readonly axis?: number } = {}): Tensor[] {
  const axis = normalizeAxis(options.axis ?? 0, x.shape.length, "unstack");
  const shape = x.shape.filter((_, i) => i !== axis);
  return range(x.shape[axis]!).map((i) =>
    reshape(sliceAxis(x, { axis, start: i, stop: i + 1 }), shape)
  );
}

/**
 * Consecutive parts of `x` along an axis.
 *
 * @param x any shape with at least one axis
 * @param options `sections`: how many parts of one size, or `indices`: where the second and later
 * parts begin; `axis`: default 0
 * @throws {ShapeError} if the axis cannot be cut in equal parts
 */
export function split(
  x: Tensor,
  options:
    & ({ readonly sections: number } | { readonly indices: readonly number[] })
    & { readonly axis?: number },
): Tensor[] {
  const axis = normalizeAxis(options.axis ?? 0, x.shape.length, "split");
  const side = x.shape[axis]!;
  const clip = (at: number): number => Math.min(side, Math.max(0, at < 0 ? at + side : at));
  const cuts = "sections" in options
    ? equalCuts(x, axis, options.sections)
    : options.indices.map(clip);
  const starts = [0, ...cuts];
  return starts.map((start, i) =>
    sliceAxis(x, { axis, start, stop: Math.max(start, cuts[i] ?? side) })
  );
}

/** Consecutive parts along an axis, as `split`; if they cannot be equal, the first have one more. */
export function arraySplit(
  x: Tensor,
  options: { readonly sections: number; readonly axis?: number },
): Tensor[] {
  const { sections, axis = 0 } = options;
  const side = x.shape[normalizeAxis(axis, x.shape.length, "arraySplit")]!;
  const [part, more] = [Math.floor(side / sections), side % sections];
  const indices = range(sections - 1).map((i) => (i + 1) * part + Math.min(i + 1, more));
  return split(x, { indices, axis });
}

function equalCuts(x: Tensor, axis: number, sections: number): number[] {
  const part = x.shape[axis]! / sections;
  if (!Number.isInteger(part)) {
    throw new ShapeError(
      `Cannot split ${formatShape(x.shape)} in ${sections} parts along axis ${axis}: ` +
        `${x.shape[axis]} is no multiple of ${sections}; give indices instead`,
      "split",
      [x.shape],
    );
  }
  return range(sections - 1).map((i) => (i + 1) * part);
}
