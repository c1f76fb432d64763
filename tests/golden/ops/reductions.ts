import * as g from "../../../mod.ts";
import { type Attrs, axesOf, type MakeOp, number, type OpTable, withAttrs } from "./_table.ts";

type Reduce = (
  x: g.Tensor,
  options?: { readonly axes?: readonly number[]; readonly keepDims?: boolean },
) => g.Tensor;

const reduction = (f: Reduce): MakeOp => withAttrs((x, attrs) => f(x, reduceOptions(attrs)));

function reduceOptions(attrs: Attrs): { axes?: readonly number[]; keepDims: boolean } {
  const axes = axesOf(attrs["axis"]);
  return { ...(axes && { axes }), keepDims: attrs["keepdims"] === true };
}

type Arg = (
  x: g.Tensor,
  options?: { readonly axis?: number; readonly keepDims?: boolean },
) => g.Tensor;

const argReduction = (f: Arg): MakeOp => {
  return withAttrs((x, { axis, keepdims }) => {
    const one = Array.isArray(axis) ? axis[0] : axis;
    const options = one === null || one === undefined ? {} : { axis: number(one) };
    return f(x, { ...options, keepDims: keepdims === true });
  });
};

type Scan = (
  x: g.Tensor,
  options?: { readonly axis?: number; readonly reverse?: boolean },
) => g.Tensor;

const cumulative = (f: Scan): MakeOp =>
  withAttrs((x, { axis, reverse }) => f(x, { axis: number(axis), reverse: reverse === true }));

const segments =
  (f: (x: g.Tensor, ids: g.Tensor, options: g.SegmentOptions) => g.Tensor): MakeOp =>
  ({ num_segments }) =>
  ([x, ids]) => [f(x!, ids!, { segments: number(num_segments) })];

/** Golden ops that reduce or accumulate. */
export const reductions: OpTable = {
  count_nonzero: reduction(g.countNonzero),
  max_where: (attrs) => ([x, mask]) => [
    g.max(g.where(mask!, x!, number(attrs["initial"])), reduceOptions(attrs)),
  ],
  sum_where: (attrs) => ([x, mask]) => [g.sum(g.where(mask!, x!, 0), reduceOptions(attrs))],
  median: withAttrs((x, { axis }) =>
    g.median(x, axis === null ? {} : { axis: number(Array.isArray(axis) ? axis[0] : axis) })
  ),
  quantile: withAttrs((x, { axis, q }) =>
    g.quantile(
      x,
      number(q),
      axis === null ? {} : { axis: number(Array.isArray(axis) ? axis[0] : axis) },
    )
  ),
  all: reduction(g.all),
  any: reduction(g.any),
  argmax: argReduction(g.argmax),
  argmin: argReduction(g.argmin),
  cumlogsumexp: cumulative(g.cumlogsumexp),
  cummax: cumulative(g.cummax),
  cummin: cumulative(g.cummin),
  cumprod: cumulative(g.cumprod),
  cumsum: cumulative(g.cumsum),
  bincount: withAttrs((x, { length }) => g.bincount(x, { length: number(length) })),
  logsumexp: reduction(g.logSumExp),
  logsumexp_weighted: (attrs) => ([x, weights]) => {
    const options = { ...reduceOptions(attrs), weights: weights! };
    return attrs["return_sign"] ? g.signedLogSumExp(x!, options) : [g.logSumExp(x!, options)];
  },
  segment_max: segments(g.segmentMax),
  segment_sum: segments(g.segmentSum),
  max: reduction(g.max),
  mean: reduction(g.mean),
  min: reduction(g.min),
  norm2: withAttrs((x, attrs) => g.sqrt(g.sum(g.square(x), reduceOptions(attrs)))),
  prod: reduction(g.prod),
  std: withAttrs((x, attrs) =>
    g.std(x, { ...reduceOptions(attrs), ddof: number(attrs["ddof"] ?? 0) })
  ),
  sum: reduction(g.sum),
  var: withAttrs((x, attrs) =>
    g.variance(x, { ...reduceOptions(attrs), ddof: number(attrs["ddof"] ?? 0) })
  ),
};
