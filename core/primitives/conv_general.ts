import { bind } from "../bind.ts";
import { ShapeError } from "../errors.ts";
import { definePrimitive, isLinear, known, type Primitive } from "../primitive.ts";
import { type Aval, formatAval, range, type Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { addTangents } from "./add.ts";
import { convHost, type ConvParams } from "./_conv_host.ts";
import { convByProducts } from "./_conv_product.ts";
import { reshape } from "./reshape.ts";
import { flip } from "./rev.ts";
import { moveAxis, transpose } from "./transpose.ts";

/**
 * y[n, o, p] = Σ x[n, i, p·stride + k·dilation - low] · w[o, i, k] (a cross-correlation, as deep
 * learning has it): x [N, C, ...S], w [O, C / groups, ...K], y [N, O, ...P]. Bilinear.
 */
export const convGeneralP: Primitive<[Tensor, Tensor], [Tensor], ConvParams> = definePrimitive<
  [Tensor, Tensor],
  [Tensor],
  ConvParams
>({
  name: "conv_general",
  infer: ([x, w], params) => {
    requireFit(x, w, params);
    const sides = outputSides(x.shape.slice(2), w.shape.slice(2), params);
    return [{ shape: [x.shape[0]!, w.shape[0]!, ...sides], dtype: x.dtype }];
  },
  evaluate: ([x, w], params, [out]) => [convHost(x, w, params, out.shape)],
  jvp: ([x, w], [dx, dw], params) => [
    bind(convGeneralP, [x, w], params),
    [addTangents(dx && conv(dx, w, params), dw && conv(x, dw, params))],
  ],
  transpose: ([ct], [x, w], params) => [
    ct && isLinear(x) ? convToInput(ct, x.aval.shape, known(w), params) : null,
    ct && isLinear(w) ? pullBackKernel(ct, known(x), w.aval.shape, params) : null,
  ],
  batch: ([x, w], [bx, bw], params, size) => {
    const { groups } = params;
    if (!bw) { // the batch joins N
      const [, n, ...rest] = x.shape;
      const y = conv(reshape(x, [size * n!, ...rest]), w, params);
      return [reshape(y, [size, n!, ...y.shape.slice(1)])];
    }
    const [, o, i, ...kernel] = w.shape;
    if (bx) { // it joins the groups
      const [, n, c, ...sides] = x.shape;
      const wide = reshape(moveAxis(x, 0, 1), [n!, size * c!, ...sides]);
      const all = reshape(w, [size * o!, i!, ...kernel]);
      const y = conv(wide, all, { ...params, groups: size * groups });
      return [moveAxis(reshape(y, [n!, size, o!, ...y.shape.slice(2)]), 1, 0)];
    }
    // it joins the outputs of each group
    const each = o! / groups;
    const split = moveAxis(reshape(w, [size, groups, each, i!, ...kernel]), 0, 1);
    const y = conv(x, reshape(split, [size * o!, i!, ...kernel]), params);
    const [n, , ...sides] = y.shape;
    const parts = moveAxis(reshape(y, [n!, groups, size, each, ...sides]), 2, 0);
    return [reshape(parts, [size, n!, o!, ...sides])];
  },
  expand: ([x, w], params) => {
    const sides = outputSides(x.shape.slice(2), w.shape.slice(2), params);
    return [convByProducts(x, w, params, [x.shape[0]!, w.shape[0]!, ...sides])];
  },
});

function conv(x: Tensor, w: Tensor, params: ConvParams): Tensor {
  return bind(convGeneralP, [x, w], params)[0];
}

function requireFit(x: Aval, w: Aval, { stride, padding, groups }: ConvParams): void {
  const rank = x.shape.length - 2;
  const channels = x.shape[1]! / groups;
  const why = x.dtype !== w.dtype
    ? "the dtypes differ; convert one"
    : rank < 0 || w.shape.length !== rank + 2
    ? "both have a batch or output axis, a channel axis and the same spatial axes"
    : stride.length !== rank || padding.length !== rank
    ? `stride and padding have one entry for each of the ${rank} spatial axes`
    : channels !== w.shape[1] || w.shape[0]! % groups !== 0
    ? `${x.shape[1]} channels in ${groups} groups do not fit a kernel for ${w.shape[1]} channels`
    : null;
  if (why === null) return;
  throw new ShapeError(
    `Cannot convolve ${formatAval(x)} with ${formatAval(w)}: ${why}`,
    "conv_general",
    [x.shape, w.shape],
  );
}

/** Side of an axis with zeros between its elements. */
function dilated(side: number, dilation: number): number {
  return side === 0 ? 0 : (side - 1) * dilation + 1;
}

function outputSides(x: Shape, kernel: Shape, params: ConvParams): number[] {
  return x.map((side, i) => {
    const [low, high] = params.padding[i]!;
    const padded = dilated(side, params.lhsDilation[i]!) + low + high;
    const room = padded - dilated(kernel[i]!, params.rhsDilation[i]!);
    return room < 0 ? 0 : Math.floor(room / params.stride[i]!) + 1;
  });
}

/**
 * The transpose of a convolution in its input, of shape `shape`: the convolution of the cotangent,
 * dilated by the stride, with the reversed kernel.
 */
export function convToInput(ct: Tensor, shape: Shape, w: Tensor, params: ConvParams): Tensor {
  const { groups, stride, lhsDilation, rhsDilation } = params;
  const [o, i, ...kernel] = w.shape;
  const spatial = kernel.map((_, axis) => axis + 2);
  const swapped = moveAxis(reshape(w, [groups, o! / groups, i!, ...kernel]), 2, 1);
  const reversed = flip(reshape(swapped, [groups * i!, o! / groups, ...kernel]), { axes: spatial });
  const padding = kernel.map((k, axis) => {
    const low = dilated(k, rhsDilation[axis]!) - 1 - params.padding[axis]![0];
    const wanted = dilated(shape[axis + 2]!, lhsDilation[axis]!);
    const have = dilated(ct.shape[axis + 2]!, stride[axis]!) + low;
    return [low, wanted + dilated(k, rhsDilation[axis]!) - 1 - have] as const;
  });
  return conv(ct, reversed, {
    stride: lhsDilation,
    padding,
    lhsDilation: stride,
    rhsDilation,
    groups,
  });
}

/** The convolution of x with the cotangent as its kernel, where channels and batch change places. */
function pullBackKernel(ct: Tensor, x: Tensor, shape: Shape, params: ConvParams): Tensor {
  const { groups, stride, lhsDilation, rhsDilation } = params;
  const [n, c, ...sides] = x.shape;
  const [, o, ...out] = ct.shape;
  const each = c! / groups;
  const grouped = reshape(x, [n!, groups, each, ...sides]);
  const spatial = range(sides.length).map((i) => i + 3);
  const input = reshape(transpose(grouped, [2, 1, 0, ...spatial]), [each, groups * n!, ...sides]);
  const cts = moveAxis(reshape(ct, [n!, groups, o! / groups, ...out]), 0, 2);
  const padding = sides.map((side, axis) => {
    const [low] = params.padding[axis]!;
    const wanted = dilated(shape[axis + 2]!, rhsDilation[axis]!);
    const kernel = dilated(out[axis]!, stride[axis]!);
    return [low, wanted + kernel - 1 - low - dilated(side, lhsDilation[axis]!)] as const;
  });
  const y = conv(input, reshape(cts, [o!, n!, ...out]), {
    stride: rhsDilation,
    padding,
    lhsDilation,
    rhsDilation: stride,
    groups,
  });
  return moveAxis(y, 1, 0); // [C / groups, O, ...K] to [O, C / groups, ...K]
}

/** How `convGeneral` is set; a number stands for every spatial axis. */
export type ConvOptions = {
  readonly stride?: number | readonly number[];
  readonly padding?: number | readonly (readonly [low: number, high: number])[];
  readonly lhsDilation?: number | readonly number[];
  readonly rhsDilation?: number | readonly number[];
  readonly groups?: number;
  /** Parts of the batch, each with its own part of the kernels; not together with groups. */
  readonly batchGroups?: number;
};

/**
 * Convolution (cross-correlation) over any number of spatial axes.
 *
 * @param x [N, C, ...S]
 * @param w [O, C / groups, ...K], dtype of `x`
 * @param options defaults: stride 1, no padding, no dilation, one group of channels and of the batch
 * @returns [N / batchGroups, O, ...P]
 * @throws {ShapeError} if channels, groups or ranks do not fit
 */
export function convGeneral(x: Tensor, w: Tensor, options: ConvOptions = {}): Tensor {
  const rank = Math.max(0, x.shape.length - 2);
  const each = (value: number | readonly number[] = 1): readonly number[] =>
    typeof value === "number" ? range(rank).map(() => value) : value;
  const { padding = 0, groups = 1, batchGroups = 1 } = options;
  const parted = batchGroups === 1 ? x : batchToChannels(x, w, batchGroups, groups);
  return conv(parted, w, {
    stride: each(options.stride),
    padding: typeof padding === "number"
      ? range(rank).map(() => [padding, padding] as const)
      : padding,
    lhsDilation: each(options.lhsDilation),
    rhsDilation: each(options.rhsDilation),
    groups: batchGroups === 1 ? groups : batchGroups,
  });
}

/** [parts · N, C, ...S] to [N, parts · C, ...S]: parts of the batch as groups of channels. */
function batchToChannels(x: Tensor, w: Tensor, parts: number, groups: number): Tensor {
  const [n, c, ...sides] = x.shape;
  if (n! % parts !== 0 || w.shape[0]! % parts !== 0 || groups !== 1) {
    throw new ShapeError(
      `Cannot convolve ${formatAval(x)} with ${formatAval(w)} in ${parts} parts of the batch: ` +
        `they must divide batch and kernels, and channels be in one group, not ${groups}`,
      "conv_general",
      [x.shape, w.shape],
    );
  }
  const split = moveAxis(reshape(x, [parts, n! / parts, c!, ...sides]), 0, 1);
  return reshape(split, [n! / parts, parts * c!, ...sides]);
}
