import { bind } from "../bind.ts";
import { normalizeAxes, stridesOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { pick } from "./_positions.ts";
import { defineStructural, type StructuralPrimitive } from "./_structural.ts";

/** The axes to reverse. */
export type RevParams = { readonly axes: readonly number[] };

/** y has the elements of x in reverse along `axes`. */
export const revP: StructuralPrimitive<RevParams> = defineStructural<RevParams>("rev", {
  infer: (x) => x.shape,
  evaluate: (x, { axes }) => {
    const strides = stridesOf(x.shape);
    const offset = axes.reduce((sum, axis) => sum + (x.shape[axis]! - 1) * strides[axis]!, 0);
    const signed = strides.map((stride, i) => axes.includes(i) ? -stride : stride);
    return pick(x.data, x.shape, signed, offset);
  },
  transpose: (ct, _x, { axes }) => flip(ct, { axes }),
  batch: ({ axes }) => ({ axes: axes.map((axis) => axis + 1) }),
});

/** `x` reversed along `options.axes` (default: every axis). */
export function flip(
  x: Tensor,
  options: { readonly axes?: number | readonly number[] } = {},
): Tensor {
  const axes = normalizeAxes(options.axes, x.shape.length, "flip");
  return axes.length === 0 ? x : bind(revP, [x], { axes })[0];
}
