import { ShapeError } from "../errors.ts";
import { einsum } from "../ops/einsum.ts";
import { add } from "../primitives/add.ts";
import { broadcastTo } from "../primitives/_binary.ts";
import { cholesky } from "../primitives/cholesky.ts";
import { broadcastShapes, formatShape, type Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { normal } from "./normal.ts";

/** Options of `multivariateNormal`. */
export type MultivariateNormalOptions = {
  /** Covariances [..., N, N], symmetric and positive definite. */
  readonly cov: Tensor;
  /** Shape of the samples without their last axis: what the leading axes broadcast to by default. */
  readonly shape?: Shape;
};

/**
 * Samples of normal vectors: mean + L z, with L Lᵀ the covariance and z standard normal.
 *
 * @param from one key [2]
 * @param mean [..., N]
 * @returns [...shape, N]
 * @throws {ShapeError} if the covariances are not N by N
 */
export function multivariateNormal(
  from: Tensor,
  mean: Tensor,
  options: MultivariateNormalOptions,
): Tensor {
  const { cov } = options;
  const n = mean.shape.at(-1);
  if (n === undefined || cov.shape.at(-1) !== n || cov.shape.at(-2) !== n) {
    throw new ShapeError(
      `Cannot sample around ${formatShape(mean.shape)} with covariance ` +
        `${formatShape(cov.shape)}: the mean is a vector [..., N] and the covariance [..., N, N]`,
      "multivariateNormal",
      [mean.shape, cov.shape],
    );
  }
  const lead = broadcastShapes(mean.shape.slice(0, -1), cov.shape.slice(0, -2), "cov");
  const shape = options.shape ?? lead;
  const factor = broadcastTo(cholesky(cov), [...shape, n, n]);
  const z = normal(from, [...shape, n]);
  return add(mean, einsum("...ij,...j->...i", factor, z));
}
