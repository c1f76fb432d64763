import {
  add,
  convert,
  mean,
  mul,
  reshape,
  rsqrt,
  ShapeError,
  square,
  sub,
  type Tensor,
} from "../core/mod.ts";
import { formatShape, range, sameShape } from "../core/internal.ts";

/** Gain and bias of a normalization, each if there is one. */
export type GainAndBias = { readonly weight?: Tensor; readonly bias?: Tensor };

/**
 * (x - mean x) / √(var x + eps) over `axes`, in two passes: first the mean, then the mean square of
 * what is left, which does not cancel.
 */
export function normalized(x: Tensor, axes: readonly number[], eps: number): Tensor {
  const centred = sub(x, mean(x, { axes, keepDims: true }));
  const variance = mean(square(centred), { axes, keepDims: true });
  return mul(centred, rsqrt(add(variance, eps)));
}

/** weight · x + bias; the parameters broadcast from the last axis. */
export function scaleAndShift(x: Tensor, { weight, bias }: GainAndBias): Tensor {
  const scaled = weight ? mul(x, convert(weight, x.dtype)) : x;
  return bias ? add(scaled, convert(bias, x.dtype)) : scaled;
}

/** The parameters [C] of the channels of x [B, C, ...S], to broadcast: [C, 1, ...]. */
export function ofChannels(parameter: Tensor, x: Tensor): Tensor {
  return reshape(parameter, [-1, ...x.shape.slice(2).map(() => 1)]);
}

/** weight · x + bias with parameters [C] and x [B, C, ...S]. */
export function scaleChannels(x: Tensor, { weight, bias }: GainAndBias): Tensor {
  return scaleAndShift(x, {
    ...(weight && { weight: ofChannels(weight, x) }),
    ...(bias && { bias: ofChannels(bias, x) }),
  });
}

/**
 * The last axes, as many as the parameters have; else `trailing`, or one.
 *
 * @throws {ShapeError} if the sides are not those of the parameters
 */
export function trailingAxes(
  op: string,
  x: Tensor,
  { weight, bias }: GainAndBias,
  trailing: number | undefined,
): readonly number[] {
  const shape = weight?.shape ?? bias?.shape;
  const count = trailing ?? shape?.length ?? 1;
  if (shape && !sameShape(x.shape.slice(-count), shape)) {
    throw new ShapeError(
      `Cannot normalize ${formatShape(x.shape)} with parameters ${formatShape(shape)}: its last ` +
        `sides differ from theirs; pass the layer's own parameters`,
      op,
      [x.shape, shape],
    );
  }
  if (count >= 1 && count <= x.shape.length) return range(count).map((i) => i - count);
  throw new ShapeError(
    `Cannot normalize ${formatShape(x.shape)} over ${count} axes: it has ${x.shape.length}; ` +
      `reshape it`,
    op,
    [x.shape],
  );
}

/** Checks that x is [B, C, ...S] and that the parameters are [C]. */
export function requireChannels(
  op: string,
  x: Tensor,
  parameters: readonly (Tensor | undefined)[],
): void {
  const channels = x.shape[1];
  const odd = parameters.find((p) => p && !(p.shape.length === 1 && p.shape[0] === channels));
  if (x.shape.length >= 2 && !odd) return;
  throw new ShapeError(
    `Cannot normalize ${formatShape(x.shape)}: ` +
      (odd
        ? `parameters ${formatShape(odd.shape)} do not fit its ${channels} channels; ` +
          `pass the layer's own parameters`
        : `[B, C, ...] is needed; reshape it`),
    op,
    [x.shape, ...(odd ? [odd.shape] : [])],
  );
}
