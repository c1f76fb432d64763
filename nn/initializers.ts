import {
  type DType,
  mul,
  normal,
  type Shape,
  ShapeError,
  type Tensor,
  truncatedNormal,
  uniform,
} from "../core/mod.ts";
import { formatShape, normalizeAxis, sizeOf } from "../core/internal.ts";

/**
 * First values of parameters: functions of a key and a shape. The axes of a weight are [..., in, out]
 * as in JAX; name `inAxis` and `outAxis` for PyTorch's [out, in, ...].
 */

/** Makes a parameter of a shape from a random key. */
export type Initializer = (
  key: Tensor,
  shape: Shape,
  options?: { readonly dtype?: DType },
) => Tensor;

/** What the axes of a weight are: by default the last two are inputs and outputs. */
export type FanAxes = {
  readonly inAxis?: number;
  readonly outAxis?: number;
  /** Axes that count in neither fan, such as that of experts. */
  readonly batchAxes?: readonly number[];
};

/** Options of `varianceScaling`. */
export type VarianceScalingOptions = FanAxes & {
  /** 1 by default. */
  readonly scale?: number;
  /** What the variance is divided by, "fanIn" by default. */
  readonly mode?: "fanIn" | "fanOut" | "fanAverage" | "fanGeometric";
  /** "truncatedNormal" by default: cut at two deviations, then rescaled. */
  readonly distribution?: "truncatedNormal" | "normal" | "uniform";
};

// The standard deviation of the standard normal distribution between -2 and 2.
const TRUNCATED_DEVIATION = 0.87962566103423978;

/**
 * Variance scale / fan: the fan in is the product of all sides but that of the outputs, the fan out of
 * all but that of the inputs.
 *
 * @throws {ShapeError} from the initializer, if the shape has fewer than two axes
 * @example A weight [out, in] as PyTorch has them
 * ```ts
 * import { key } from "../core/mod.ts";
 * import { varianceScaling } from "./mod.ts";
 * const init = varianceScaling({ inAxis: -1, outAxis: -2 });
 * if (init(key(0), [3, 4]).shape.join() !== "3,4") throw new Error("unexpected shape");
 * ```
 */
export function varianceScaling(options: VarianceScalingOptions = {}): Initializer {
  const { scale = 1, distribution = "truncatedNormal" } = options;
  return (key, shape, { dtype = "f32" } = {}) => {
    const variance = scale / fanOf(shape, options);
    switch (distribution) {
      case "truncatedNormal": {
        const deviation = Math.sqrt(variance) / TRUNCATED_DEVIATION;
        return mul(truncatedNormal(key, shape, { dtype }), deviation);
      }
      case "normal":
        return mul(normal(key, shape, { dtype }), Math.sqrt(variance));
      case "uniform":
        return mul(uniform(key, shape, { dtype, minval: -1 }), Math.sqrt(3 * variance));
    }
  };
}

function fanOf(shape: Shape, options: VarianceScalingOptions): number {
  const rank = shape.length;
  if (rank < 2) {
    throw new ShapeError(
      `Cannot initialize ${formatShape(shape)}: a fan needs an axis of inputs and one of outputs`,
      "initializer",
      [shape],
    );
  }
  const side = (axis: number): number => shape[normalizeAxis(axis, rank, "initializer")]!;
  const batch = (options.batchAxes ?? []).reduce((product, axis) => product * side(axis), 1);
  const field = sizeOf(shape) / batch;
  const fanIn = field / side(options.outAxis ?? -1);
  const fanOut = field / side(options.inAxis ?? -2);
  switch (options.mode ?? "fanIn") {
    case "fanIn":
      return fanIn;
    case "fanOut":
      return fanOut;
    case "fanAverage":
      return (fanIn + fanOut) / 2;
    case "fanGeometric":
      return Math.sqrt(fanIn * fanOut);
  }
}

/** Uniform with variance 2 / (fan in + fan out), also called Xavier's: Glorot & Bengio 2010. */
export function glorotUniform(axes: FanAxes = {}): Initializer {
  return varianceScaling({ ...axes, mode: "fanAverage", distribution: "uniform" });
}

/** Truncated normal with variance 2 / (fan in + fan out). */
export function glorotNormal(axes: FanAxes = {}): Initializer {
  return varianceScaling({ ...axes, mode: "fanAverage" });
}

/** Uniform with variance 2 / fan in, also called Kaiming's: He et al. 2015, arXiv:1502.01852. */
export function heUniform(axes: FanAxes = {}): Initializer {
  return varianceScaling({ ...axes, scale: 2, distribution: "uniform" });
}

/** Truncated normal with variance 2 / fan in. */
export function heNormal(axes: FanAxes = {}): Initializer {
  return varianceScaling({ ...axes, scale: 2 });
}

/** Uniform with variance 1 / fan in: LeCun et al. 1998, "Efficient BackProp". */
export function lecunUniform(axes: FanAxes = {}): Initializer {
  return varianceScaling({ ...axes, distribution: "uniform" });
}

/** Truncated normal with variance 1 / fan in. */
export function lecunNormal(axes: FanAxes = {}): Initializer {
  return varianceScaling(axes);
}
