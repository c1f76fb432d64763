import { ShapeError } from "../errors.ts";
import { broadcastTo } from "../primitives/_binary.ts";
import { div } from "../primitives/div.ts";
import { mul } from "../primitives/mul.ts";
import { reshape } from "../primitives/reshape.ts";
import { sqrt } from "../primitives/sqrt.ts";
import { sub } from "../primitives/sub.ts";
import { swapAxes } from "../primitives/transpose.ts";
import { concatenate } from "../primitives/concatenate.ts";
import { formatShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import type { ReduceOptions } from "./_axes.ts";
import { clip } from "./clamp.ts";
import { diag } from "./diagonal.ts";
import { max, min } from "./extremum.ts";
import { matmul } from "./matmul.ts";
import { mean, sum } from "./sum.ts";

/** Options of `average`; the weights broadcast against `x` and are 1 by default. */
export type AverageOptions = ReduceOptions & { readonly weights?: Tensor };

/** Weighted mean over axes: Σ w x / Σ w. */
export function average(x: Tensor, options: AverageOptions = {}): Tensor {
  const { weights, ...rest } = options;
  if (!weights) return mean(x, rest);
  const each = broadcastTo(weights, x.shape);
  return div(sum(mul(x, each), rest), sum(each, rest));
}

/** Largest minus smallest element over axes. */
export function ptp(x: Tensor, options: ReduceOptions = {}): Tensor {
  return sub(max(x, options), min(x, options));
}

/** Options of `cov` and `corrcoef`. */
export type CovOptions = {
  /** More variables. */
  readonly y?: Tensor;
  /** Whether a row is a variable and a column an observation, true by default. */
  readonly rowVariables?: boolean;
};

/**
 * Covariances of variables: Σ (x - mean)(y - mean) / (n - ddof).
 *
 * @param x [variables, observations], or the observations of one variable
 * @param options `ddof`: default 1
 * @returns [variables, variables], a scalar for one variable
 * @throws {ShapeError} if `x` has more than two axes
 */
export function cov(x: Tensor, options: CovOptions & { readonly ddof?: number } = {}): Tensor {
  const rows = variables(x, options);
  const centered = sub(rows, mean(rows, { axes: 1, keepDims: true }));
  const divisor = Math.max(0, rows.shape[1]! - (options.ddof ?? 1));
  const products = div(matmul(centered, swapAxes(centered, 0, 1)), divisor);
  return rows.shape[0] === 1 ? reshape(products, []) : products;
}

/** Correlation coefficients of variables, between -1 and 1, as `cov` has covariances. */
export function corrcoef(x: Tensor, options: CovOptions = {}): Tensor {
  const products = cov(x, options);
  if (products.shape.length === 0) return div(products, products);
  const deviation = sqrt(diag(products));
  const n = products.shape[0]!;
  const scale = mul(reshape(deviation, [n, 1]), reshape(deviation, [1, n]));
  return clip(div(products, scale), -1, 1);
}

function variables(x: Tensor, options: CovOptions): Tensor {
  const rowsOf = (v: Tensor): Tensor => {
    if (v.shape.length > 2) {
      throw new ShapeError(
        `Cannot take the covariance of ${formatShape(v.shape)}: variables and observations are ` +
          `two axes; reshape it`,
        "cov",
        [v.shape],
      );
    }
    if (v.shape.length < 2) return reshape(v, [1, -1]);
    return options.rowVariables === false ? swapAxes(v, 0, 1) : v;
  };
  return options.y ? concatenate([rowsOf(x), rowsOf(options.y)], { axis: 0 }) : rowsOf(x);
}
