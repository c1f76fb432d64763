import {
  add,
  div,
  matmul,
  mul,
  ShapeError,
  sqrt,
  square,
  sum,
  swapAxes,
  type Tensor,
} from "../core/mod.ts";
import { formatShape } from "../core/internal.ts";

/** Coefficients of one step, x ← a · x + (b · A + c · A²) x with A = x xᵀ. */
export type NewtonSchulz = readonly [a: number, b: number, c: number];

/** Options of `orthogonalize`. */
export type OrthogonalizeOptions = {
  /** Coefficients of every step, or of each. Default [3.4445, -4.775, 2.0315]. */
  readonly nsCoeffs?: NewtonSchulz | readonly NewtonSchulz[];
  /** Steps, where the coefficients are those of every step. Default 5. */
  readonly nsSteps?: number;
  /** Added to the norm that a matrix is divided by at first. Default 1e-8. */
  readonly eps?: number;
};

/**
 * About U Vᵀ for matrices [..., m, n] with singular value decomposition U S Vᵀ: products alone bring
 * every singular value near 1.
 *
 * @throws {ShapeError} if `x` is no matrix
 * @see Jordan et al. 2024, "Muon: an optimizer for hidden layers in neural networks"
 */
export function orthogonalize(x: Tensor, options: OrthogonalizeOptions = {}): Tensor {
  const { eps = 1e-8 } = options;
  if (x.shape.length < 2) {
    throw new ShapeError(
      `Cannot orthogonalize ${formatShape(x.shape)}: it has fewer than two axes; leave it out`,
      "orthogonalize",
      [x.shape],
    );
  }
  const isTall = x.shape.at(-2)! > x.shape.at(-1)!;
  // The products x xᵀ are smaller on the shorter side.
  const wide = isTall ? swapAxes(x, -1, -2) : x;
  const norm = sqrt(sum(square(wide), { axes: [-2, -1], keepDims: true }));
  const steps = stepsOf(options);
  const near = steps.reduce(newtonSchulz, div(wide, add(norm, eps)));
  return isTall ? swapAxes(near, -1, -2) : near;
}

function newtonSchulz(x: Tensor, [a, b, c]: NewtonSchulz): Tensor {
  const gram = matmul(x, swapAxes(x, -1, -2));
  const inner = add(mul(b, gram), mul(c, matmul(gram, gram)));
  return add(mul(a, x), matmul(inner, x));
}

function stepsOf(
  { nsCoeffs = [3.4445, -4.775, 2.0315], nsSteps = 5 }: OrthogonalizeOptions,
): readonly NewtonSchulz[] {
  const each = nsCoeffs.every((row) => typeof row !== "number");
  return each ? nsCoeffs : new Array(nsSteps).fill(nsCoeffs);
}
