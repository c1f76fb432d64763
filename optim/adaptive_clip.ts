import {
  broadcastTo,
  div,
  less,
  maximum,
  mul,
  sqrt,
  square,
  sum,
  type Tensor,
  treeZip,
  where,
} from "../core/mod.ts";
import { stateless } from "./identity.ts";
import { widen } from "./moments.ts";
import type { EmptyState, Transform } from "./optimizer.ts";

/** Options of `adaptiveGradClip`. */
export type AdaptiveClipOptions = {
  /** Norm of a parameter below which it counts for this. Default 1e-3. */
  readonly eps?: number;
  /** Axes that one unit spans; by default all but the last, and all of a vector or scalar. */
  readonly axes?: readonly number[];
};

/**
 * Clips gradients unit by unit to ‖g‖ ≤ clipping · max(‖p‖, eps), where a unit is what makes one
 * output: a column of a matrix stored [in, out].
 *
 * As in optax, leaves of three axes are units over the first alone.
 *
 * @see Brock et al. 2021, arXiv:2102.06171
 */
export function adaptiveGradClip(
  clipping: number,
  options: AdaptiveClipOptions = {},
): Transform<EmptyState> {
  const { eps = 1e-3 } = options;
  return stateless((grads, params) =>
    treeZip(
      ([g, p]) => {
        const axes = options.axes ?? unitAxes(g!);
        const norm = unitNorm(g!, axes);
        const most = mul(clipping, maximum(unitNorm(p!, axes), eps));
        const clipped = mul(widen(g!), div(most, maximum(norm, 1e-6)));
        return where(less(norm, most), widen(g!), clipped);
      },
      grads,
      params,
    )
  );
}

function unitNorm(x: Tensor, axes: readonly number[]): Tensor {
  const squares = sum(square(widen(x)), { axes, keepDims: true });
  return broadcastTo(sqrt(squares), x.shape);
}

function unitAxes({ shape }: Tensor): readonly number[] {
  const all = shape.map((_, axis) => axis);
  if (shape.filter((n) => n !== 1).length <= 1) return all;
  return shape.length === 3 ? [0] : all.slice(0, -1);
}
