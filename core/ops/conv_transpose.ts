import type { ConvParams } from "../primitives/_conv_host.ts";
import { convToInput } from "../primitives/conv_general.ts";
import { ShapeError } from "../errors.ts";
import { formatShape, range } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/** How `convTranspose` is set; a number stands for every spatial axis. */
export type ConvTransposeOptions = {
  readonly stride?: number | readonly number[];
  readonly padding?: number | readonly number[];
  readonly outputPadding?: number | readonly number[];
  readonly dilation?: number | readonly number[];
  readonly groups?: number;
};

/**
 * Transposed convolution as in PyTorch: what the convolution with the same kernel and options does
 * to its cotangent.
 *
 * @param x [N, C, ...S]
 * @param w [C, O / groups, ...K], dtype of `x`
 * @param options defaults: stride 1, no padding, no dilation, one group; `outputPadding` is added to
 * the far side of the result only
 * @returns [N, O, ...P], P = (S - 1) stride - 2 padding + dilation (K - 1) + outputPadding + 1
 * @throws {ShapeError} if channels or ranks do not fit
 */
export function convTranspose(x: Tensor, w: Tensor, options: ConvTransposeOptions = {}): Tensor {
  const rank = x.shape.length - 2;
  if (rank < 0 || w.shape.length !== x.shape.length || w.shape[0] !== x.shape[1]) {
    throw new ShapeError(
      `Cannot convTranspose ${formatShape(x.shape)} with ${formatShape(w.shape)}: the first axis ` +
        `of the kernel must be the channels of the input, and both need the same spatial axes`,
      "convTranspose",
      [x.shape, w.shape],
    );
  }
  const each = (value: number | readonly number[]): readonly number[] =>
    typeof value === "number" ? range(rank).map(() => value) : value;
  const { groups = 1 } = options;
  const stride = each(options.stride ?? 1);
  const padding = each(options.padding ?? 0);
  const extra = each(options.outputPadding ?? 0);
  const dilation = each(options.dilation ?? 1);
  const sides = range(rank).map((i) => {
    const kernel = dilation[i]! * (w.shape[i + 2]! - 1) + 1;
    return (x.shape[i + 2]! - 1) * stride[i]! - 2 * padding[i]! + kernel + extra[i]!;
  });
  const params: ConvParams = {
    stride,
    padding: padding.map((p) => [p, p] as const),
    lhsDilation: range(rank).map(() => 1),
    rhsDilation: dilation,
    groups,
  };
  return convToInput(x, [x.shape[0]!, w.shape[1]! * groups, ...sides], w, params);
}
