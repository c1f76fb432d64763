import { add, div, equal, logicalOr, mul, treeZip, where } from "../core/mod.ts";
import { atLeast, leafNorm } from "./_leaf_size.ts";
import { stateless } from "./identity.ts";
import { widen } from "./moments.ts";
import type { EmptyState, Transform } from "./optimizer.ts";

/** Options of `scaleByTrustRatio`. */
export type TrustRatioOptions = {
  /** Both norms are taken for at least this. Default 0. */
  readonly minNorm?: number;
  /** Factor of the ratio. Default 1. */
  readonly trustCoefficient?: number;
  /** Added to the norm of the direction. Default 0. */
  readonly eps?: number;
};

/**
 * d ← d · trustCoefficient · ‖p‖ / (‖d‖ + eps), leaf by leaf; where a norm is 0, d stays.
 *
 * @see You et al. 2019, arXiv:1904.00962
 */
export function scaleByTrustRatio(options: TrustRatioOptions = {}): Transform<EmptyState> {
  const { minNorm = 0, trustCoefficient = 1, eps = 0 } = options;
  return stateless((directions, params) =>
    treeZip(
      ([d, p]) => {
        const ofParam = atLeast(leafNorm(p!), minNorm);
        const ofDirection = atLeast(leafNorm(d!), minNorm);
        const ratio = div(mul(trustCoefficient, ofParam), add(ofDirection, eps));
        const isZero = logicalOr(equal(ofParam, 0), equal(ofDirection, 0));
        return mul(widen(d!), where(isZero, 1, ratio));
      },
      directions,
      params,
    )
  );
}
