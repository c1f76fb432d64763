import {
  add,
  convert,
  mean,
  mul,
  rsqrt,
  ShapeError,
  square,
  stopGradient,
  sub,
  type Tensor,
} from "../core/mod.ts";
import { formatShape, otherAxes, sizeOf } from "../core/internal.ts";
import { ofChannels, requireChannels, scaleChannels } from "./_normalized.ts";
import { widened } from "./_wide.ts";

/**
 * Parameters of a batch norm: gain `weight` [C] and `bias` [C], each if there is one, and the running
 * statistics `running_mean` [C] and `running_var` [C], which training updates and no gradient moves.
 */
export type BatchNormParams = {
  readonly weight?: Tensor;
  readonly bias?: Tensor;
  readonly running_mean: Tensor;
  readonly running_var: Tensor;
  /** A scalar of checkpoints: updates so far. It is not used, and counted where it is there. */
  readonly num_batches_tracked?: Tensor;
};

/** What training changes in a batch norm. */
export type BatchNormStatistics = Pick<
  BatchNormParams,
  "running_mean" | "running_var" | "num_batches_tracked"
>;

/** Options of `batchNorm`. */
export type BatchNormOptions = {
  /** Added to the variance. Default 1e-5. */
  readonly eps?: number;
};

/** Options of `batchNormTraining`. */
export type BatchNormTrainingOptions = BatchNormOptions & {
  /** Share of the batch in the new running statistics. Default 0.1. */
  readonly momentum?: number;
};

/**
 * Batch normalization as evaluation does it: y = g · (x - running_mean) / √(running_var + eps) + b,
 * channel by channel.
 *
 * @param params `weight`, `bias`, `running_mean`, `running_var` [C]
 * @param x [B, C, ...S]
 * @returns [B, C, ...S], dtype of `x`; computed in float32
 * @throws {ShapeError} if the parameters do not fit
 * @see Ioffe & Szegedy 2015, arXiv:1502.03167
 */
export function batchNorm(
  params: BatchNormParams,
  x: Tensor,
  options: BatchNormOptions = {},
): Tensor {
  check("batchNorm", params, x);
  const wide = widened(x);
  const centred = sub(wide, ofChannels(convert(params.running_mean, wide.dtype), wide));
  const spread = add(convert(params.running_var, wide.dtype), options.eps ?? 1e-5);
  const unit = mul(centred, ofChannels(rsqrt(spread), wide));
  return convert(scaleChannels(unit, params), x.dtype);
}

/**
 * Batch normalization as training does it: with mean and variance of the batch, over all samples and
 * positions of a channel; and the running statistics after it,
 * running + momentum · (batch - running), where the variance is the unbiased one.
 *
 * @param params as for `batchNorm`; put `statistics` into them for the next step
 * @param x [B, C, ...S]
 * @returns `y` [B, C, ...S], dtype of `x`, and the new `statistics`, through which no gradient flows
 * @throws {ShapeError} if the parameters do not fit, or there is only one element a channel
 * @see Ioffe & Szegedy 2015, arXiv:1502.03167, algorithm 1
 * @example One step
 * ```ts
 * import "../mod.ts";
 * import { ones, tensor, zeros } from "../core/mod.ts";
 * import { batchNormTraining } from "./mod.ts";
 * const params = { running_mean: zeros([1]), running_var: ones([1]) };
 * const { y, statistics } = batchNormTraining(params, tensor([[1], [3]]), { momentum: 0.5, eps: 0 });
 * const next = { ...params, ...statistics };
 * if ((await y.data()).join() !== "-1,1") throw new Error("unexpected");
 * if (await next.running_mean.item() !== 1) throw new Error("unexpected");
 * ```
 */
export function batchNormTraining(
  params: BatchNormParams,
  x: Tensor,
  options: BatchNormTrainingOptions = {},
): { readonly y: Tensor; readonly statistics: BatchNormStatistics } {
  check("batchNormTraining", params, x);
  const axes = otherAxes(x.shape.length, [1]);
  const count = sizeOf(axes.map((axis) => x.shape[axis]!));
  if (count < 2) {
    throw new ShapeError(
      `Cannot normalize ${formatShape(x.shape)} by its batch: a channel has ${count} elements, ` +
        `which have no variance; use a larger batch`,
      "batchNormTraining",
      [x.shape],
    );
  }
  const { eps = 1e-5, momentum = 0.1 } = options;
  const wide = widened(x);
  const centre = mean(wide, { axes }); // [C]
  const centred = sub(wide, ofChannels(centre, wide));
  const variance = mean(square(centred), { axes }); // [C]
  const unit = mul(centred, ofChannels(rsqrt(add(variance, eps)), wide));
  const unbiased = mul(count / (count - 1), variance);
  const towards = (running: Tensor, batch: Tensor): Tensor => {
    const moved = add(mul(1 - momentum, running), mul(momentum, stopGradient(batch)));
    return convert(moved, running.dtype);
  };
  const tracked = params.num_batches_tracked;
  return {
    y: convert(scaleChannels(unit, params), x.dtype),
    statistics: {
      running_mean: towards(params.running_mean, centre),
      running_var: towards(params.running_var, unbiased),
      ...(tracked && { num_batches_tracked: add(tracked, 1) }),
    },
  };
}

function check(op: string, params: BatchNormParams, x: Tensor): void {
  const { weight, bias, running_mean, running_var } = params;
  requireChannels(op, x, [weight, bias, running_mean, running_var]);
}
