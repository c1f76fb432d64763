import type { AxisPairs } from "../primitives/_dot_host.ts";
import { dotGeneral } from "../primitives/dot_general.ts";
import { range } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/**
 * Sum of products over `options.axes`: pairs of axes, or how many of the last axes of `x` meet the
 * first ones of `y` (default 2). The result has the other axes of `x`, then those of `y`.
 */
export function tensordot(
  x: Tensor,
  y: Tensor,
  options: { readonly axes?: number | AxisPairs } = {},
): Tensor {
  const { axes = 2 } = options;
  if (typeof axes !== "number") return dotGeneral(x, y, { contract: axes });
  const first = x.shape.length - axes;
  return dotGeneral(x, y, { contract: [range(axes).map((i) => first + i), range(axes)] });
}
